"""The same reader's answer to the poll that a poll asks again."""

from collections.abc import Iterable

from django.db.models import Q

from onward_polls.models import Ballot, Poll, ReaderLink
from onward_polls.readers import reader_key


def find_previous(poll: Poll, identities: Iterable[str]) -> Ballot | None:
    """Return the latest ballot that any of these identities of one reader has in the poll this one follows.

    No query unless the poll follows another. Runs before the reader's own ballot is locked, and locks what it
    finds: whoever merges ballots of the earlier poll takes the two in the same order.
    """
    if poll.follows_id is None or poll.follows is None:
        return None
    earlier = poll.follows
    keys = [reader_key(earlier, identity) for identity in identities if identity]
    links = ReaderLink.objects.filter(poll=earlier, alias_key__in=keys).values("reader_key")
    mine = Ballot.objects.filter(Q(reader_key__in=keys) | Q(reader_key__in=links), poll=earlier)
    return mine.select_for_update(no_key=True).order_by("-cast_at", "-pk").first()
