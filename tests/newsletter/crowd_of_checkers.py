"""A program for a PostgreSQL of its own: four workers at one file, which is checked and then imported."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import get_ident
from typing import Any


WORKERS = 4


def work(number: int) -> set[int]:
    """Carry on until nothing is left; return who took anything."""
    from django.db import connection

    from onward_newsletter.actions.import_jobs import carry_on_imports

    while carry_on_imports(limit_seconds=0):
        pass
    connection.close()
    return {get_ident()}


def at_once() -> int:
    with ThreadPoolExecutor(WORKERS) as pool:
        return len(set().union(*pool.map(work, range(WORKERS))))


def state_of(job: Any) -> list[Any]:
    job.refresh_from_db()
    return [job.state, job.done, job.counts]


def main() -> None:
    """Make the tables, let the workers loose twice, and print what they left."""
    import django

    django.setup()
    from django.core.management import call_command

    from onward_newsletter.actions.import_jobs import choose, lay_in, start_import
    from onward_newsletter.models import Subscription
    from tests.newsletter.factories import NewsletterFactory
    from tests.newsletter.imports import many

    for app in ("wagtailcore", "onward_newsletter"):
        call_command("migrate", app, verbosity=0)
    newsletter = NewsletterFactory.create()
    job = lay_in(newsletter, None, "readers.csv", many(3_000, more=["reader3@example.org"]))
    choose(job, columns=job.columns)
    found: dict[str, Any] = {"workers": at_once(), "check": state_of(job)}
    start_import(job)
    at_once()
    found |= {"import": state_of(job), "subscribed": Subscription.objects.count()}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
