"""The row of the anchor as a model, for the view that stores it as most Django views do."""

from django.db import models


class OneInsert(models.Model):
    """A row of ``one_insert``; the table is made by ``one_insert_wsgi``."""

    id = models.BigAutoField(primary_key=True)
    poll_id = models.IntegerField()
    option_id = models.IntegerField()
    voter = models.BigIntegerField()
    cast_at = models.DateTimeField()

    class Meta:
        app_label = "one_insert"
        managed = False
        db_table = "one_insert"

    def __str__(self) -> str:
        return str(self.voter)
