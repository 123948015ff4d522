from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("onward_polls", "0006_fewer_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="breakdown",
            name="roles",
            field=models.JSONField(default=dict),
        ),
        migrations.AddIndex(
            model_name="ballot",
            index=models.Index(
                condition=models.Q(
                    ("withdrawn_at__isnull", False), ("excluded_at__isnull", False), _connector="OR"
                ),
                fields=["poll", "cast_at"],
                name="onward_polls_ballot_left_out",
            ),
        ),
    ]
