"""Serves the anchor of a vote; run as a program it makes the anchor's table."""

import os

from django.core.wsgi import get_wsgi_application
from django.db import connection


os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.one_insert"

application = get_wsgi_application()

if __name__ == "__main__":
    from tests.bench.one_insert import TABLE

    with connection.cursor() as cursor:
        cursor.execute(TABLE)
