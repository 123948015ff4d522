"""Answering a poll, taking the answer back, and knowing one reader by two identities."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from onward_polls import signals
from onward_polls.ballots.ballot_box import (
    Contribution,
    HeldBallot,
    contribution,
    hold_ballot,
    lock_ballots,
    marked_on,
    note_change,
    replace_votes,
    share_poll,
)
from onward_polls.ballots.ballot_rules import check_options, check_role, clean_beside_other
from onward_polls.ballots.climbing import climb
from onward_polls.ballots.merging import link_keys, queue_links
from onward_polls.ballots.previous import find_previous
from onward_polls.errors import ChangeNotAllowed, UnknownOption, WithdrawalTooLate
from onward_polls.models import Ballot, FollowUp, Option, Poll
from onward_polls.readers import ACCOUNT, address_identity, linked_key, reader_key

from .shared import announce, stamp
from .words import is_quotable


@dataclass(frozen=True)
class _Answer:
    """What a reader said, as far as it can be checked without the ballot."""

    options: Sequence[Option]
    words: str
    role: str
    door: str
    page_ref: int | None
    network: str
    #: The key of whoever answers, before any link is followed.
    key: str
    previous: Ballot | None
    #: Poll.wording_version as the reader was shown it.
    wording: int

    @property
    def marked(self) -> set[int]:
        return {option.pk for option in self.options}

    def words_for(self, ballot: Ballot) -> str:
        """Return the words that shall stand on a ballot: what was there, unless others were written beside "other"."""
        offered = any(option.is_other for option in self.options)
        same = self.words.split() == ballot.words.split()
        return clean_beside_other(self.words) if offered and not same else ballot.words

    def is_on(self, held: HeldBallot) -> bool:
        """Whether a held ballot says all of this already."""
        ballot = held.ballot
        return (
            held.has_answer
            and held.marked == self.marked
            and self.role == ballot.role
            and self.words_for(ballot) == ballot.words
        )


def cast_ballot(  # noqa: PLR0913 (all but two are keywords with a default)
    poll: Poll,
    *,
    identity: str,
    options: Sequence[Option],
    door: str = Ballot.Door.WEB,
    page_ref: int | None = None,
    words: str = "",
    role: str = "",
    network: str = "",
    browser: str = "",
    wording: int = 0,
) -> Ballot:
    """Record what a reader chose, replacing an earlier ballot while the poll is open.

    ``identity`` is what ``readers.identity_of`` or a MailReader gives, ``browser`` a second identity of the same
    person, by which an answer to the earlier poll is found too; what was answered in the browser of an account
    climbs to the account. ``words`` are what stands beside the "other" option, at most 200 characters, and ignored
    where that is not marked; changed words have to be released anew before they are quoted. ``role`` is one of
    ``poll.role_list``, or empty. ``network`` is what ``networks.network_hash`` gives; without it no limit applies.
    A new ballot beyond the limit of its network is kept and set aside. ``wording`` is the ``wording_version`` that the
    reader was shown, which the author may have raised since; 0 means that of ``poll``.

    The database's clock decides whether the poll is open, in the same transaction. Raises UnknownOption,
    BallotIncomplete, RoleUnknown, ChangeNotAllowed, SignInFirst, PollClosed or PollNotOpen; then nothing is saved.
    """
    check_options(poll, options)
    check_role(poll, role)
    own_key = reader_key(poll, identity)
    with transaction.atomic():
        previous = find_previous(poll, [identity, browser])
        if browser and identity.startswith(ACCOUNT):
            # The network comes before any ballot, here as everywhere: else two requests could wait for each other.
            share_poll(poll, network)
            climb(poll, browser=browser, account=identity)
        given_by = reader_key(poll, browser) if door == Ballot.Door.MAIL and browser else own_key
        shown = wording or poll.wording_version
        answer = _Answer(options, words, role, door, page_ref, network, given_by, previous, shown)
        held = hold_ballot(poll, linked_key(poll, own_key), door=door, network=network, options=options)
        if not held.is_offered:
            raise UnknownOption
        if answer.is_on(held):
            stamp(poll, held.ballot, door=held.ballot.door, cast_by=given_by)
            return held.ballot
        if not poll.allow_change and not held.is_new:
            raise ChangeNotAllowed
        _answer(held, answer)
        announce(signals.ballot_cast, ballot=held.ballot, created=not held.has_answer)
    return held.ballot


def _answer(held: HeldBallot, answer: _Answer) -> None:
    """Put an answer on a held ballot. The stamp comes last: by then the poll cannot be closed any more."""
    ballot = held.ballot
    was_quotable = is_quotable(ballot)
    new_words = _changed_words(ballot, answer)
    values = {
        **_moments(held, answer.network),
        **_limit(held),
        **new_words,
        "door": answer.door,
        "cast_by": answer.key,
        "withdrawn_at": None,
        "page_ref": answer.page_ref or ballot.page_ref,
        "role": answer.role,
        "wording_version": answer.wording,
        "previous_id": answer.previous.pk if answer.previous else ballot.previous_id,
    }
    for name, value in values.items():
        setattr(ballot, name, value)
    replace_votes(held, answer.options)
    note_change(ballot.poll, held.before, contribution(ballot, answer.marked))
    stamp(ballot.poll, ballot, **values)
    if new_words.get("words"):
        announce(signals.words_added, ballot=ballot)
    if was_quotable and new_words:
        announce(signals.consent_withdrawn, ballot=ballot)


def _moments(held: HeldBallot, network: str) -> dict[str, Any]:
    """Return when a ballot was cast or changed; the network goes with the first of the two."""
    if held.has_answer:
        return {"changed_at": held.now}
    return {"cast_at": held.now, "changed_at": None, "network": network}


def _limit(held: HeldBallot) -> dict[str, Any]:
    """Set a new ballot aside whose network has had its share; whatever else stays as it is."""
    return {"excluded_at": held.now, "exclusion": Ballot.Exclusion.NETWORK} if held.is_crowded else {}


def _changed_words(ballot: Ballot, answer: _Answer) -> dict[str, Any]:
    """Return what changes with the words; any consent was given for those that stood there before."""
    words = answer.words_for(ballot)
    if words == ballot.words:
        return {}
    return {"words": words, "words_by": answer.key, "consent": Ballot.Consent.NONE, "credit": ""}


def withdraw_ballot(ballot: Ballot) -> None:
    """Take a whole answer back: its votes, its words, and the address that wanted to be told.

    Raises WithdrawalTooLate once the poll has closed.
    """
    with transaction.atomic():
        share_poll(ballot.poll)
        held = next(iter(lock_ballots(ballot.poll, pk=ballot.pk)), None)
        if held is None or not held.stands:
            return
        was_quotable = is_quotable(held)
        note_change(ballot.poll, contribution(held, marked_on(held)), Contribution())
        held.votes.all().delete()
        FollowUp.objects.filter(ballot=held).delete()
        emptied: dict[str, Any] = {"words": "", "consent": Ballot.Consent.NONE, "credit": "", "role": ""}
        empty = {"withdrawn_at": held.db_now, **emptied}
        stamp(ballot.poll, ballot, too_late=WithdrawalTooLate, **empty)
        announce(signals.ballot_withdrawn, ballot=ballot)
        if was_quotable:
            announce(signals.consent_withdrawn, ballot=ballot)


def link_reader(poll: Poll, *, alias: str, identity: str) -> None:
    """Remember that two identities are one reader in this poll; of two ballots the latest answer stays."""
    with transaction.atomic():
        link_keys(poll, reader_key(poll, alias), reader_key(poll, identity))


def cast_from_mail(  # noqa: PLR0913 (as cast_ballot)
    poll: Poll,
    *,
    identity: str,
    browser: str,
    options: Sequence[Option],
    page_ref: int | None = None,
    words: str = "",
    role: str = "",
    network: str = "",
    address: str = "",
    wording: int = 0,
) -> Ballot:
    """Count an answer given from a mail, and remember whose browser it was given in.

    Both or neither: afterwards the page shows this browser the ballot it has just cast. ``address`` is where the mail
    went: what was confirmed with it becomes one with this answer. The other arguments are those of ``cast_ballot``.
    """
    with transaction.atomic():
        queue_links(poll, network)
        ballot = cast_ballot(
            poll,
            identity=identity,
            browser=browser,
            options=options,
            door=Ballot.Door.MAIL,
            page_ref=page_ref,
            words=words,
            role=role,
            network=network,
            wording=wording,
        )
        higher, lower = (browser, identity) if browser.startswith(ACCOUNT) else (identity, browser)
        link_reader(poll, alias=lower, identity=higher)
        if address:
            link_reader(poll, alias=address_identity(address), identity=higher)
    return ballot
