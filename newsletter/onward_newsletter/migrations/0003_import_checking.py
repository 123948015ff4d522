from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("onward_newsletter", "0002_imports_pauses_events"),
    ]

    operations = [
        migrations.AlterField(
            model_name="subscriberimport",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "draft"),
                    ("checking", "being checked"),
                    ("waiting", "waiting"),
                    ("running", "running"),
                    ("done", "done"),
                    ("failed", "failed"),
                    ("cancelled", "cancelled"),
                ],
                default="draft",
                max_length=9,
            ),
        ),
    ]
