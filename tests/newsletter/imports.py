"""Files of subscribers, and what an editor does with them in the admin."""

from collections.abc import Iterable

from onward_newsletter.actions.import_jobs import carry_on_imports, choose, lay_in, start_import
from onward_newsletter.models import Newsletter, SubscriberImport


IMPORTS = "/admin/newsletter/imports"


def many(number: int, *, more: Iterable[str] = ()) -> bytes:
    """Return a file of so many addresses, and further lines as they are."""
    lines = ["email", *(f"reader{place}@example.org" for place in range(number)), *more, ""]
    return "\n".join(lines).encode()


def checked(newsletter: Newsletter, content: bytes) -> SubscriberImport:
    """Lay a file in and have all its rows looked at."""
    job = lay_in(newsletter, None, "readers.csv", content)
    if not job.is_checked:
        choose(job, columns=job.columns)
        carry_on_imports(limit_seconds=60)
        job.refresh_from_db()
    return job


def started(newsletter: Newsletter, content: bytes) -> SubscriberImport:
    """Lay a file in, have it checked, and start it."""
    job = checked(newsletter, content)
    start_import(job)
    return job
