"""Fewer indexes on deliveries: each move of a row writes into all of them."""

import django.db.models.deletion
from django.db import migrations, models

import onward_newsletter.models.subscriber


class Migration(migrations.Migration):
    dependencies = [
        ("onward_newsletter", "0003_import_checking"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="delivery",
            name="onward_newsletter_delivery_once",
        ),
        migrations.RemoveIndex(
            model_name="delivery",
            name="onward_newsletter_leased",
        ),
        migrations.AlterField(
            model_name="delivery",
            name="issue",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deliveries",
                to="onward_newsletter.issue",
            ),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="subscriber",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="deliveries",
                to="onward_newsletter.subscriber",
            ),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="token",
            field=models.CharField(
                default=onward_newsletter.models.subscriber.new_token, editable=False, max_length=22
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state", "sending")),
                fields=["lease_until"],
                name="onward_newsletter_leased",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                fields=("subscriber", "issue"), name="onward_newsletter_delivery_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(fields=("token",), name="onward_newsletter_delivery_token"),
        ),
    ]
