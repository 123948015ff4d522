"""How far sending has come, in one line for a terminal. Derived from rows, so it survives any restart."""

from datetime import timedelta

from .actions.issues import Books, issue_books
from .clock import database_now
from .models import Issue, Lane, Outbox
from .models.sending import OPEN_STATES


BAR_WIDTH = 20


def describe_progress() -> str:
    """Return what is under way: each issue with its books, the outbox, and a mail server that is away."""
    parts = [
        _describe_issue(issue) for issue in Issue.objects.filter(state=Issue.State.SENDING).order_by("pk")
    ]
    if waiting := Outbox.objects.filter(state__in=OPEN_STATES).count():
        parts.append(f"outbox: {waiting} waiting")
    parts += [
        f"the mail server rests: {lane.reason}"
        for lane in Lane.objects.filter(rests_until__gt=database_now(), setbacks__gt=0)
    ]
    return " · ".join(parts) or "nothing to send"


def _describe_issue(issue: Issue) -> str:
    books = issue_books(issue)
    done = books.candidates - books.open
    share = done / books.candidates if books.candidates else 0.0
    bar = "█" * round(share * BAR_WIDTH)
    return f"issue {issue.pk} [{bar:░<{BAR_WIDTH}}] {done:,} of {books.candidates:,}{_details(books)}"


def _details(books: Books) -> str:
    troubles = (("failed", books.failed), ("skipped", books.skipped), ("in doubt", books.in_doubt))
    details = [f"{number:,} {name}" for name, number in troubles if number]
    details += [f"{books.rate_per_s:.0f}/s"] if books.rate_per_s else []
    details += [f"{timedelta(seconds=books.eta_s)} left"] if books.eta_s is not None else []
    details += ["the day's limit is used up, goes on tomorrow"] if books.goes_on_tomorrow else []
    return "".join(f", {detail}" for detail in details)
