"""A question about which a roundup has much to say: asked again, with roles, doors, themes and a burst set aside."""

from datetime import timedelta

from onward_blog.models import ShareCount
from onward_polls.actions import ask_again, refresh_breakdown
from onward_polls.models import Ballot, FairnessFlag, Poll, Theme, WordsNote

from .answers import MONDAY, a_ballot, a_part, a_poll, a_series, ballots, words
from .discussion import a_public
from .roundups import Published, a_published_roundup


ROLES = ("Sales rep", "Manager")


def an_earlier_poll() -> Poll:
    """Return the question as it was asked a month before, with forty answers."""
    poll = a_poll(options=("Repair", "Selling", "Reports"))
    for number in range(40):
        a_ballot(
            poll, poll.options.all()[number % 3], at=MONDAY - timedelta(days=30), reader_key=f"{number:064d}"
        )
    return poll


def a_busy_poll(earlier: Poll) -> Poll:
    """Ask it again, with roles, by two doors; some ballots are set aside afterwards."""
    poll = ask_again(earlier)
    Poll.objects.filter(pk=poll.pk).update(roles="\n".join(ROLES))
    poll.refresh_from_db()
    options = list(poll.options.all())
    before = {ballot.reader_key: ballot for ballot in earlier.ballots.all()}
    for number in range(67):
        key = f"{number:064d}"
        a_ballot(
            poll,
            options[number % 5 % 3],
            at=MONDAY + timedelta(minutes=number),
            reader_key=key,
            role=ROLES[number % 2],
            door="mail" if number % 4 == 0 else "web",
            previous=before.get(key),
        )
    theme = Theme.objects.create(poll=poll, name="Nobody’s job")
    for number in range(8):
        written = words(poll, f"Sentence number {number}.", consent="none", role=ROLES[0])
        WordsNote.objects.create(ballot=written, theme=theme)
    words(poll, "I am the integration layer.", credit="Ingrid Solheim", role=ROLES[1])
    bots = ballots(poll, {"Selling": 26}, at=MONDAY + timedelta(hours=3), role=ROLES[1])
    flag = FairnessFlag.objects.create(
        poll=poll,
        kind="burst",
        network="n" * 64,
        first_at=bots[0].cast_at,
        last_at=bots[-1].cast_at,
        found_at=MONDAY,
        decision="excluded",
    )
    flag.ballots.set(bots)
    Ballot.objects.filter(pk__in=[bot.pk for bot in bots]).update(excluded_at=MONDAY, exclusion="author")
    refresh_breakdown(poll)
    return poll


def a_busy_roundup(poll: Poll) -> Published:
    """Publish the roundup of an article that was commented on and shared as well."""
    article = a_part(a_series("Out of date?"), body=[("poll", poll)])
    for number in range(3):
        a_public(article, f"Comment {number}?", name=f"Reader {number}", address=f"r{number}@example.org")
    for channel, clicks, arrivals in (("mail", 9, 30), ("link", 4, 11)):
        ShareCount.objects.create(
            page=article, channel=channel, day=MONDAY.date(), clicks=clicks, arrivals=arrivals
        )
    return a_published_roundup(article)
