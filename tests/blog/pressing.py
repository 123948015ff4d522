"""Authors and readers who press one button at once, in threads with connections of their own; a program on PostgreSQL.

``python -m tests.blog.pressing`` prints one JSON object with what each crowd left behind.
"""

import json
import sys
from collections import Counter
from typing import Any

from tests.polls.crowd import at_once


PRESSES = 8


def a_user() -> Any:
    from django.contrib.auth import get_user_model

    return get_user_model().objects.create_superuser("pressing", "pressing@example.org", "author's words")


def telling(user: Any) -> dict[str, Any]:
    """Eight times at once the author tells forty readers of one part."""
    from django.utils import timezone

    from onward_blog.roundups.next_part import write_next_part
    from onward_blog.roundups.telling import tell_readers
    from onward_newsletter.models import Outbox
    from onward_polls.models import FollowUp
    from tests.blog.answers import a_part, a_poll, a_series, words

    poll, now = a_poll(), timezone.now()
    for number in range(40):
        FollowUp.objects.create(
            ballot=words(poll, "Quote me."),
            address=f"reader{number}@example.org",
            requested_at=now,
            confirmed_at=now,
        )
    part = _published(write_next_part(a_part(a_series(), body=[("poll", poll)]), user=user))
    sent: list[int] = []
    errors = at_once(
        [lambda: sent.append(tell_readers(type(part).objects.get(pk=part.pk))) for _press in range(PRESSES)]
    )
    mails = Outbox.objects.filter(purpose="tell_reader")
    return {
        "errors": errors,
        "sent": sum(sent),
        "mails": mails.count(),
        "addresses": mails.values("address").distinct().count(),
        "untold": FollowUp.objects.filter(told_at=None).count(),
    }


def ending(user: Any) -> dict[str, Any]:
    """Eight times at once the author ends one series; then its last mail is through, and eight workers notice."""
    from onward_blog import mailing
    from onward_blog.following.ending import end_series, settle_following
    from onward_blog.pages.models import ArticlePage, SeriesPage
    from onward_newsletter.addresses import address_key
    from onward_newsletter.models import Issue, Newsletter, Subscriber, Subscription
    from tests.blog.answers import a_part, a_poll, a_series, ballots

    newsletter = Newsletter.objects.create(
        name="Onward", slug="onward", sender_name="A", sender_address="a@example.org"
    )
    series, poll = a_series(), a_poll()
    ballots(poll, {"Repair": 12})
    a_part(series, body=[("poll", poll)])
    topic = mailing.topic_for_series(series)
    for number in range(30):
        address = f"follower{number}@example.org"
        subscriber = Subscriber.objects.create(address=address, address_key=address_key(address))
        Subscription.objects.create(subscriber=subscriber, newsletter=newsletter, topic=topic, state="active")

    def fresh() -> Any:
        return SeriesPage.objects.get(pk=series.pk)

    errors = at_once([lambda: end_series(fresh(), user=user) for _press in range(PRESSES)])
    drafts = ArticlePage.objects.child_of(series).filter(live=False)
    number_of_drafts = drafts.count()
    last = _published(drafts.get())
    Issue.objects.filter(pk=mailing.issue_for_article(last).pk).update(state="submitted")
    gone: list[int] = []
    errors += at_once([lambda: gone.append(settle_following(fresh())) for _worker in range(PRESSES)])
    return {
        "errors": errors,
        "drafts": number_of_drafts,
        "gone": sum(gone),
        "following": Subscription.objects.filter(topic=topic).exclude(end_reason="topic_ended").count(),
    }


def wanting(user: Any) -> dict[str, Any]:
    """At once 32 readers want a question answered too, and one more of them presses 20 times; ten take it back again."""
    from tests.blog.discussion import a_series
    from tests.blog.questions import Reader, a_question

    question = a_question(a_series(), wanted=0)
    statuses: Counter[int] = Counter()
    readers = [Reader(REMOTE_ADDR=f"203.0.113.{number}") for number in range(32)]
    eager = Reader(REMOTE_ADDR="198.51.100.7")
    eager.get_ready(question)
    windows = [eager.another_window() for _press in range(20)]

    def press(reader: Any, do: str) -> Any:
        return lambda: statuses.update([reader.want(question, do).status_code])

    errors = at_once([press(reader, "want") for reader in [*readers, *windows]])
    wanted = question.supporters.count()
    errors += at_once([press(reader, "withdraw") for reader in [*readers[:9], *windows]])
    return {
        "errors": errors,
        "statuses": {str(status): n for status, n in statuses.items()},
        "wanted": wanted,
        "left": question.supporters.count(),
    }


def _published(draft: Any) -> Any:
    for block in draft.body:
        if hasattr(block.value, "get") and "accepted" in block.value:
            block.value["accepted"] = True
    draft.save_revision().publish()
    return type(draft).objects.get(pk=draft.pk)


CROWDS = (telling, ending, wanting)


def main() -> None:
    """Run every crowd on the database of DATABASE_URL, after making its tables."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    user = a_user()
    report = {crowd.__name__: crowd(user) for crowd in CROWDS}
    sys.stdout.write(json.dumps({"vendor": connection.vendor, **report}))


if __name__ == "__main__":
    main()
