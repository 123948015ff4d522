"""Answering a poll for the first time, the short way."""

from collections.abc import Sequence

from onward_polls import signals
from onward_polls.ballots.at_once import insert_at_once
from onward_polls.ballots.ballot_rules import check_options, check_role
from onward_polls.models import Ballot, Option, Poll
from onward_polls.readers import reader_key

from .shared import announce


def cast_first_ballot(  # noqa: PLR0913 (as cast_ballot)
    poll: Poll,
    *,
    identity: str,
    options: Sequence[Option],
    door: str = Ballot.Door.WEB,
    page_ref: int | None = None,
    role: str = "",
    network: str = "",
) -> Ballot | None:
    """Record a reader's first answer as ``cast_ballot`` would, in one round trip; None where nothing was recorded.

    Then something is not as plain as this needs it: ``cast_ballot`` has to look closer. ``poll`` and ``options`` may
    be remembered from an earlier request; whether they still hold is found out while the ballot is stored.
    Raises UnknownOption, BallotIncomplete and RoleUnknown.
    """
    check_options(poll, options)
    check_role(poll, role)
    if not options or poll.follows_id or any(option.is_other for option in options):
        return None
    key = reader_key(poll, identity)
    ballot = Ballot(
        poll=poll,
        reader_key=key,
        cast_by=key,
        door=door,
        page_ref=page_ref,
        role=role,
        network=network,
        wording_version=poll.wording_version,
    )
    if not insert_at_once(ballot, options):
        return None
    announce(signals.ballot_cast, ballot=ballot, created=True)
    return ballot
