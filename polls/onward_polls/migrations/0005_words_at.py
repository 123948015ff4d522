from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("onward_polls", "0004_theme_proposals"),
    ]

    operations = [
        migrations.AddField(
            model_name="ballot",
            name="words_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
    ]
