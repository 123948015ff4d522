"""Answering a poll, taking the answer back, and knowing one reader by two identities."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from onward_polls import signals
from onward_polls.ballot_box import (
    Contribution,
    HeldBallot,
    contribution,
    hold_ballot,
    link_keys,
    lock_ballots,
    marked_on,
    note_change,
    replace_votes,
    share_poll,
)
from onward_polls.ballot_rules import check_options
from onward_polls.errors import ChangeNotAllowed, WithdrawalTooLate
from onward_polls.models import Ballot, FollowUp, Option, Poll
from onward_polls.readers import linked_key, reader_key

from .shared import announce, stamp
from .words import is_quotable


def cast_ballot(
    poll: Poll,
    *,
    identity: str,
    options: Sequence[Option],
    door: str = Ballot.Door.WEB,
    page_ref: int | None = None,
) -> Ballot:
    """Record what a reader chose, replacing an earlier ballot while the poll is open.

    ``identity`` is what ``readers.identity_of`` or a MailReader gives. The database's clock decides
    whether the poll is open, in the same transaction. Raises UnknownOption, BallotIncomplete,
    ChangeNotAllowed, PollClosed or PollNotOpen; then nothing is saved.
    """
    check_options(poll, options)
    key = linked_key(poll, reader_key(poll, identity))
    with transaction.atomic():
        held = hold_ballot(poll, key, door=door)
        created = not held.has_answer
        if not created and held.marked == {option.pk for option in options}:
            stamp(poll, held.ballot, door=held.ballot.door)
            return held.ballot
        if not poll.allow_change and not held.is_new:
            raise ChangeNotAllowed
        _answer(held, options, door=door, page_ref=page_ref)
        announce(signals.ballot_cast, ballot=held.ballot, created=created)
    return held.ballot


def _answer(held: HeldBallot, options: Sequence[Option], *, door: str, page_ref: int | None) -> None:
    """Put an answer on a held ballot. The stamp comes last: by then the poll cannot be closed any more."""
    ballot = held.ballot
    moments: dict[str, Any] = (
        {"changed_at": held.now} if held.has_answer else {"cast_at": held.now, "changed_at": None}
    )
    ballot.door, ballot.withdrawn_at = door, None
    replace_votes(held, options)
    note_change(ballot.poll, held.before, contribution(ballot, (option.pk for option in options)))
    stamp(ballot.poll, ballot, door=door, withdrawn_at=None, page_ref=page_ref or ballot.page_ref, **moments)


def withdraw_ballot(ballot: Ballot) -> None:
    """Take a whole answer back: its votes, its words, and the address that wanted to be told.

    Raises WithdrawalTooLate once the poll has closed.
    """
    with transaction.atomic():
        share_poll(ballot.poll)
        held = next(iter(lock_ballots(ballot.poll, pk=ballot.pk)), None)
        if held is None or not held.is_counted:
            return
        was_quotable = is_quotable(held)
        note_change(ballot.poll, contribution(held, marked_on(held)), Contribution())
        held.votes.all().delete()
        FollowUp.objects.filter(ballot=held).delete()
        empty = {"withdrawn_at": held.db_now, "words": "", "consent": Ballot.Consent.NONE, "credit": ""}
        stamp(ballot.poll, ballot, too_late=WithdrawalTooLate, **empty)
        announce(signals.ballot_withdrawn, ballot=ballot)
        if was_quotable:
            announce(signals.consent_withdrawn, ballot=ballot)


def link_reader(poll: Poll, *, alias: str, identity: str) -> None:
    """Remember that two identities are one reader in this poll; of two ballots the latest answer stays."""
    with transaction.atomic():
        link_keys(poll, reader_key(poll, alias), reader_key(poll, identity))


def cast_from_mail(
    poll: Poll, *, identity: str, browser: str, options: Sequence[Option], page_ref: int | None = None
) -> Ballot:
    """Count an answer given from a mail, and remember whose browser it was given in.

    Both or neither: afterwards the page shows this browser the ballot it has just cast.
    """
    with transaction.atomic():
        ballot = cast_ballot(
            poll, identity=identity, options=options, door=Ballot.Door.MAIL, page_ref=page_ref
        )
        link_reader(poll, alias=browser, identity=identity)
    return ballot
