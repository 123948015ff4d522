"""The people behind the ballots: what a known reader chose, who asked to be told, and whose mail it was."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from onward_blog import mailing
from onward_blog.batches import SIZE, batches
from onward_blog.responses.people import Asked, Chosen
from onward_polls.models import Ballot, FollowUp, Poll, ReaderLink
from onward_polls.readers import MailReader, reader_key


def chosen_by(poll_ids: Iterable[int], identities: Iterable[str]) -> dict[str, list[Chosen]]:
    """Return {identity: what was chosen, poll by poll} for those who answered."""
    names = list(identities)
    found: dict[str, list[Chosen]] = defaultdict(list)
    for poll in Poll.objects.filter(pk__in=list(poll_ids)).order_by("pk"):
        # Half a piece: each name may bring a second key, that of the browser it is linked to.
        for some in batches(names, SIZE // 2):
            for name, chosen in _chosen(poll, some):
                found[name].append(chosen)
    return dict(found)


def _chosen(poll: Poll, names: Iterable[str]) -> Iterator[tuple[str, Chosen]]:
    keys = {reader_key(poll, name): name for name in names}
    links = ReaderLink.objects.filter(poll=poll, alias_key__in=keys).values_list("alias_key", "reader_key")
    keys |= {key: keys[alias] for alias, key in links}
    ballots = Ballot.objects.counted().filter(poll=poll, reader_key__in=keys).order_by("cast_at", "pk")
    for ballot in ballots.prefetch_related("votes__option"):
        yield keys[ballot.reader_key], Chosen(poll.pk, str(ballot.uuid), ballot.cast_at, _marked(ballot))


def _marked(ballot: Ballot) -> tuple[str, ...]:
    votes = sorted(ballot.votes.all(), key=lambda vote: (vote.option.sort_order, vote.option_id))
    return tuple(str(vote.option.uuid) for vote in votes)


def who_asked(poll_ids: Iterable[int], *, before: datetime) -> list[Asked]:
    """Return the readers who answered these polls before a time, asked to be told, and were not yet; three queries."""
    rows = FollowUp.objects.filter(ballot__poll__in=list(poll_ids), told_at=None, confirmed_at__isnull=False)
    rows = rows.filter(ballot__cast_at__lt=before).select_related("ballot").order_by("pk")
    return [
        Asked(row.pk, row.address, str(row.ballot.uuid), row.ballot.poll_id, _marked(row.ballot))
        for row in rows.prefetch_related("ballot__votes__option")
    ]


def with_follow_up(ballots: Iterable[str]) -> list[str]:
    """Return the uuids of those of these ballots whose reader confirmed an address to be told at, told or not."""
    asked = FollowUp.objects.filter(ballot__uuid__in=list(ballots), confirmed_at__isnull=False)
    return [str(uuid) for uuid in asked.values_list("ballot__uuid", flat=True)]


def mark_told(follow_ups: Iterable[int], when: datetime) -> int:
    """Note that these readers were told; they are never told again. Returns how many had not been."""
    waiting = FollowUp.objects.filter(told_at=None)
    return sum(waiting.filter(pk__in=some).update(told_at=when) for some in batches(follow_ups))


def mail_reader(token: str) -> MailReader | None:
    """Return who a mail with this token was delivered to, for the poll that is answered from it."""
    holder = mailing.holder_of(token)
    return MailReader(holder.identity, holder.hint, holder.page_id, holder.address) if holder else None
