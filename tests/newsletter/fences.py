"""A program for a PostgreSQL of its own: the two ways of stamping, beside each other, whatever came in between."""

import json
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any


#: How many deliveries each case has; the second is the one that something happens to.
ROWS = 3


def an_issue() -> Any:
    from tests.newsletter.factories import IssueFactory

    return IssueFactory.create(state="sending", from_header="Mara <mara@example.org>")


def claimed_rows(issue: Any, *, named: bool) -> list[Any]:
    """Return deliveries of an issue as a worker holds them, read the way it reads them."""
    from django.utils import timezone

    from onward_newsletter.models import Delivery
    from tests.newsletter.factories import DeliveryFactory, SubscriptionFactory

    rows = []
    for number in range(ROWS):
        wish = SubscriptionFactory.create(newsletter=issue.newsletter)
        person = wish.subscriber
        rows.append(
            DeliveryFactory.create(
                issue=issue,
                subscriber=person,
                subscription=wish,
                address_key=person.address_key,
                state="claimed",
                claim_token="first" if number else "second",
                lease_until=timezone.now() + timedelta(minutes=5),
            )
        )
    held = list(Delivery.objects.filter(issue=issue).select_related("subscriber").order_by("pk"))
    for row in held if named else ():
        row.message_id, row.has_new_message_id = f"{row.pk}.it's@example.org", True
    return held


def unsubscribe(row: Any) -> None:
    type(row.subscription).objects.filter(pk=row.subscription_id).update(state="ended")


def move(row: Any) -> None:
    type(row.subscriber).objects.filter(pk=row.subscriber_id).update(address=f"moved-{row.pk}@example.org")


def pause(row: Any) -> None:
    from django.utils import timezone

    later = timezone.now() + timedelta(days=1)
    type(row.subscriber).objects.filter(pk=row.subscriber_id).update(paused_until=later)


def suppress(row: Any) -> None:
    from onward_newsletter.models import Suppression

    Suppression.objects.create(address_key=row.address_key, reason="complaint")


def erase(row: Any) -> None:
    type(row).objects.filter(pk=row.pk).update(subscriber=None)


def outlive(row: Any) -> None:
    from django.utils import timezone

    type(row).objects.filter(pk=row.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def lose(row: Any) -> None:
    type(row).objects.filter(pk=row.pk).update(claim_token="another")


def pause_issue(row: Any) -> None:
    type(row.issue).objects.filter(pk=row.issue_id).update(state="paused")


def nothing(row: Any) -> None:
    pass


HAPPENINGS: list[Callable[[Any], None]] = [
    nothing,
    unsubscribe,
    move,
    pause,
    suppress,
    erase,
    outlive,
    lose,
    pause_issue,
]


def the_short_way(batches: Any, work: Any, rows: list[Any]) -> set[int]:
    """Settle the first row and stamp the others in one statement; return the primary keys of those stamped."""
    from onward_newsletter.at_once import statements_for
    from onward_newsletter.feed import Job

    if statements_for(work) is None:
        raise AssertionError("The short way is not open.")
    accepted, *ready = [Job(work, row) for row in rows]
    batches.settle_and_stamp([accepted], ready)
    return {job.row.pk for job in batches.ended(wait=True) or ()}


def by_each_way(happen: Callable[[Any], None], *, named: bool) -> dict[str, Any]:
    """Return by way what became of the rows, of the ones stamped and of one settled in the same go."""
    from onward_newsletter import claims
    from onward_newsletter.batches import Batches
    from onward_newsletter.models import Delivery
    from onward_newsletter.sender import Bookkeeper
    from onward_newsletter.work import IssueWork

    found: dict[str, Any] = {}
    batches = Batches(Bookkeeper())
    for way in ("long", "short", "short again"):
        issue = an_issue()
        work = IssueWork(issue)
        if way == "short again":
            the_short_way(batches, work, claimed_rows(issue, named=named))
            Delivery.objects.filter(issue=issue).delete()
        rows = claimed_rows(issue, named=named)
        Delivery.objects.filter(pk=rows[0].pk).update(state="sending")
        happen(rows[1])
        if way == "long":
            claims.try_to_settle_submitted(rows[:1])
            stamped = claims.stamp_all(rows[1:], work.fences(rows[1:]))
        else:
            stamped = the_short_way(batches, work, rows)
        fields = ("state", "attempts", "reason", "message_id")
        left = Delivery.objects.filter(issue=issue).order_by("pk").values_list("pk", *fields)
        names = {str(row.pk): str(number) for number, row in enumerate(rows)}
        found[way] = {
            "stamped": [number for number, row in enumerate(rows) if row.pk in stamped],
            "rows": [[*fields[:-1], fields[-1].replace(str(pk), names[str(pk)], 1)] for pk, *fields in left],
        }
    batches.close()
    return found


def main() -> None:
    """Make the tables, and print what both ways did in every case."""
    import django

    django.setup()
    from django.core.management import call_command

    for app in ("wagtailcore", "onward_newsletter"):
        call_command("migrate", app, verbosity=0)
    cases = {
        f"{happen.__name__}{' with new Message-IDs' if named else ''}": by_each_way(happen, named=named)
        for happen in HAPPENINGS
        for named in (False, True)
    }
    sys.stdout.write(json.dumps(cases))


if __name__ == "__main__":
    main()
