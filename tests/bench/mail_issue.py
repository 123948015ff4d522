"""What of the mail measurement runs inside the site: an audience, an issue to it, or the same mails by Django alone."""

import contextlib
import json
import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django


#: Lines of text that nothing compresses, so that the message has some 35 KB on the wire.
FILLER_LINES = 250


def main(what: str, number: int) -> None:
    """Do one of ``fill``, ``issue`` and ``django`` for so many people, or ``paced`` at a rate; print one JSON object.

    ``help`` is another worker for the issue with this key.
    """
    django.setup()
    _set_connections()
    found = {"fill": fill, "issue": issue, "help": lend_a_hand, "django": by_django, "paced": paced}[what](
        number
    )
    sys.stdout.write(json.dumps(found))


def _set_connections() -> None:
    from django.conf import settings

    from onward_newsletter.conf import get_settings

    connections = int(os.environ.get("BENCH_CONNECTIONS", "10"))
    settings.ONWARD_NEWSLETTER = {**settings.ONWARD_NEWSLETTER, "CONNECTIONS": connections}
    # Something may have asked already while the site was set up.
    get_settings.cache_clear()


def fill(number: int) -> dict[str, Any]:
    """Make a newsletter with so many subscribers."""
    from django.utils import timezone

    from onward_newsletter.addresses import address_key
    from onward_newsletter.models import Newsletter, Subscriber, Subscription

    newsletter = Newsletter.objects.create(
        name="Bench", slug="bench", sender_name="Bench", sender_address="b@example.org"
    )
    for first in range(0, number, 5000):
        addresses = [f"bench-{count}@example.org" for count in range(first, min(first + 5000, number))]
        people = Subscriber.objects.bulk_create(
            [Subscriber(address=address, address_key=address_key(address)) for address in addresses]
        )
        wish = {"newsletter": newsletter, "state": "active", "consent_text": "bench"}
        Subscription.objects.bulk_create(
            [Subscription(subscriber=person, confirmed_at=timezone.now(), **wish) for person in people]
        )
    return {}


def issue(number: int) -> dict[str, Any]:
    """Send an issue to everybody, beat after beat as Celery would; time it from the first claim to the closed books."""
    from onward_newsletter.actions.issues import issue_books

    sending, size = _prepared()
    before = _megabytes("VmRSS")
    with _others_for(sending.pk) as others:
        began = time.perf_counter()
        for other in others:
            print(file=other.stdin, flush=True)
        beats = _send(sending.pk)
        seconds = time.perf_counter() - began
    books = issue_books(sending)
    if not books.is_balanced or books.submitted != number:
        sys.exit(f"The books are wrong: {books}.")
    peak = _megabytes("VmHWM")
    return {"seconds": seconds, "beats": beats, "bytes": size, "before_mb": before, "peak_mb": peak}


def _send(issue: int) -> int:
    """Pump until the issue's books are closed; return how many times that took."""
    from onward_newsletter.models import Issue
    from onward_newsletter.pump import pump

    beats = 0
    while Issue.objects.get(pk=issue).state == "sending":
        pump()
        beats += 1
    return beats


def lend_a_hand(issue: int) -> dict[str, Any]:
    """Be ready, and send an issue together with others from the moment a line is read."""
    from django.db import connection

    connection.ensure_connection()
    print("ready", flush=True)
    sys.stdin.readline()
    return {"beats": _send(issue)}


@contextlib.contextmanager
def _others_for(issue: int) -> Iterator[list[subprocess.Popen[str]]]:
    """Start the other workers of $BENCH_WORKERS, each with connections of its own, and wait for their ends."""
    command = [sys.executable, "-m", "tests.bench.mail_issue", "help", str(issue)]
    number = int(os.environ.get("BENCH_WORKERS", "1")) - 1
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with contextlib.ExitStack() as started:
        others = [started.enter_context(subprocess.Popen(command, text=True, **pipes)) for _ in range(number)]
        for other in others:
            assert other.stdout is not None
            other.stdout.readline()
        yield others
        for other in others:
            other.communicate()
            if other.returncode:
                sys.exit("Another worker failed.")


def paced(rate: int) -> dict[str, Any]:
    """Let workers begin with an issue to everybody, at so many messages a second."""
    from onward_newsletter.actions.issues import send_issue
    from onward_newsletter.models import Issue, Newsletter

    Newsletter.objects.update(rate_per_second=rate)
    made = Issue.objects.create(newsletter=Newsletter.objects.get(), subject="Bench", intro="Hello.")
    send_issue(made)
    return {"issue": made.pk}


def _prepared() -> tuple[Any, int]:
    from onward_newsletter.actions.issues import prepare_issue
    from onward_newsletter.models import Delivery, Issue, Newsletter
    from onward_newsletter.work import IssueWork

    made = Issue.objects.create(
        newsletter=Newsletter.objects.get(), subject="Bench", intro="Hello.", kind="note", state="preparing"
    )
    prepare_issue(made)
    filler = "".join(f"<p>{secrets.token_hex(40)}</p>\n" for _line in range(FILLER_LINES))
    Issue.objects.filter(pk=made.pk).update(html=made.html.replace("</body>", f"{filler}</body>"))
    work = IssueWork(Issue.objects.select_related("newsletter").get(pk=made.pk))
    row = Delivery.objects.filter(issue=made).select_related("subscriber").first()
    assert row is not None
    return made, len(work.message_for(row).as_bytes())


def by_django(number: int) -> dict[str, Any]:
    """Send the same content to so many people with Django's own backend, over one connection and without books."""
    from django.core.mail import EmailMultiAlternatives, get_connection

    from onward_newsletter.models import Issue

    frozen = Issue.objects.exclude(html="").latest("pk")
    began = time.perf_counter()
    mails = [
        EmailMultiAlternatives("Bench", frozen.text, "b@example.org", [f"bench-{count}@example.org"])
        for count in range(number)
    ]
    for mail in mails:
        mail.attach_alternative(frozen.html, "text/html")
    taken = get_connection().send_messages(mails)
    seconds = time.perf_counter() - began
    if taken != number:
        sys.exit(f"Django submitted {taken} of {number}.")
    return {"seconds": seconds}


def _megabytes(name: str) -> float | None:
    """Return a number that Linux keeps about this process."""
    status = Path("/proc/self/status")
    found = re.search(rf"^{name}:\s+(\d+) kB", status.read_text(), re.MULTILINE) if status.exists() else None
    return int(found[1]) / 1024 if found else None


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "onward_site.settings.embedded")
    main(sys.argv[1], int(sys.argv[2]))
