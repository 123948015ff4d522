"""What readers and authors do with polls. Every action takes models and values, and raises a PollError."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.dispatch import Signal
from django.utils import timezone
from wagtail.log_actions import log

from . import signals
from .ballot_box import (
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
    stamp_if_open,
)
from .ballot_rules import check_options
from .errors import (
    ChangeNotAllowed,
    PollClosed,
    PollNotOpen,
    WithdrawalTooLate,
    WordsTooLate,
)
from .folding import fold_poll, rebuild_poll
from .follow_ups import asked_often, hand_over_confirmation, usable_address
from .models import Ballot, FollowUp, Option, Poll, TallyDelta, new_salt
from .readers import linked_key, reader_key
from .words import clean_credit, clean_words


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
            _stamp(poll, held.ballot, door=held.ballot.door)
            return held.ballot
        if not poll.allow_change and not held.is_new:
            raise ChangeNotAllowed
        _answer(held, options, door=door, page_ref=page_ref)
        _announce(signals.ballot_cast, ballot=held.ballot, created=created)
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
    _stamp(ballot.poll, ballot, door=door, withdrawn_at=None, page_ref=page_ref or ballot.page_ref, **moments)


def _stamp(poll: Poll, ballot: Ballot, too_late: type[PollClosed] = PollClosed, **values: Any) -> None:
    if stamp_if_open(ballot, **values):
        return
    now = Poll.objects.get(pk=poll.pk)
    raise PollNotOpen(now) if now.is_waiting and not now.archived_at else too_late(now)


def _announce(signal: Signal, **arguments: Any) -> None:
    """Send a signal once the transaction has committed; a receiver's error is logged, not passed on."""
    transaction.on_commit(partial(signal.send_robust, sender=Poll, **arguments))


def add_words(ballot: Ballot, *, words: str, consent: str, credit: str = "") -> Ballot:
    """Put a reader's own words on a ballot, with what may be quoted and under which name.

    ``consent`` is a value of Ballot.Consent; ``credit`` the name as the reader typed it, of which only
    what the consent needs is kept. Raises BallotIncomplete without words or without the name a consent
    needs, and WordsTooLate once the poll has closed.
    """
    words = clean_words(words)
    credit = clean_credit(credit, consent)
    was_quotable = is_quotable(ballot)
    if (words, consent, credit) == (ballot.words, ballot.consent, ballot.credit):
        return ballot
    with transaction.atomic():
        _stamp(ballot.poll, ballot, too_late=WordsTooLate, words=words, consent=consent, credit=credit)
        _announce(signals.words_added, ballot=ballot)
        if was_quotable and not is_quotable(ballot):
            _announce(signals.consent_withdrawn, ballot=ballot)
    return ballot


def is_quotable(ballot: Ballot) -> bool:
    """Whether the words on a ballot may be quoted."""
    return bool(ballot.is_counted and ballot.words and ballot.consent != Ballot.Consent.NONE)


def withdraw_consent(ballot: Ballot) -> None:
    """Stop a reader's words from being quoted: at any time, also long after the poll has closed."""
    quotable = Ballot.objects.filter(pk=ballot.pk).quotable()
    with transaction.atomic():
        if quotable.update(consent=Ballot.Consent.NONE, credit="") == 1:
            _announce(signals.consent_withdrawn, ballot=ballot)
    ballot.consent, ballot.credit = Ballot.Consent.NONE, ""


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
        _stamp(ballot.poll, ballot, too_late=WithdrawalTooLate, **empty)
        _announce(signals.ballot_withdrawn, ballot=ballot)
        if was_quotable:
            _announce(signals.consent_withdrawn, ballot=ballot)


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


def close_poll(poll: Poll, *, user: Any = None) -> None:
    """Close a poll now, by the database's clock; no ballot is counted after this returns.

    Harmless on a poll that is closed already. Raises PollNotOpen for one that has not opened yet.
    """
    with transaction.atomic():
        # Waits for the ballots under way, and holds back new ones.
        locked = Poll.objects.select_for_update().get(pk=poll.pk)
        if locked.is_waiting:
            raise PollNotOpen(locked)
        still_open = Poll.objects.filter(Q(closes_at=None) | Q(closes_at__gt=Now()), pk=poll.pk)
        if not still_open.update(closes_at=Now(), close_announced_at=Now()):
            return
        poll.refresh_from_db(fields=["closes_at", "close_announced_at"])
        log(instance=poll, action="onward_polls.close", user=user)
        _announce(signals.poll_closed, poll=poll)


def announce_closings() -> int:
    """Send ``poll_closed`` for polls whose closing time has passed by itself; return how many."""
    silent = Q(close_announced_at=None) | Q(close_announced_at__lt=F("closes_at"))
    announced = 0
    for poll in Poll.objects.filter(silent, closes_at__lte=Now()):
        with transaction.atomic():
            if Poll.objects.filter(silent, pk=poll.pk).update(close_announced_at=Now()):
                _announce(signals.poll_closed, poll=poll)
                announced += 1
    return announced


def fold_tallies(poll: Poll | None = None) -> int:
    """Add what readers did since the last fold to the kept tallies; return how many deltas that was.

    Exact beside any number of votes and of other folds. Without ``poll``: every poll that has news.
    """
    waiting = TallyDelta.objects.filter(**({"poll": poll} if poll else {})).values("poll")
    folded = 0
    for news in Poll.objects.filter(pk__in=waiting):
        with transaction.atomic():
            deltas, changed = fold_poll(news)
            folded += deltas
            if changed:
                _announce(signals.tally_folded, poll=news)
    return folded


def rebuild_tallies(poll: Poll | None = None) -> int:
    """Count again from the ballots; return for how many polls the kept tallies had been wrong."""
    wrong = 0
    for each in [poll] if poll else Poll.objects.all():
        with transaction.atomic():
            if rebuild_poll(each):
                wrong += 1
                _announce(signals.tally_folded, poll=each)
    return wrong


def copy_poll(poll: Poll) -> Poll:
    """Return a new poll with the same question and options, no ballots, and no opening or closing time."""
    kept = ("question", "kind", "results_visibility", "allow_change", "ask_words", "words_prompt", "shuffle")
    limits = ("min_votes", "max_votes")
    with transaction.atomic():
        copy: Poll = Poll.objects.create(
            salt=new_salt(), **{name: getattr(poll, name) for name in kept + limits}
        )
        Option.objects.bulk_create(
            Option(poll=copy, text=option.text, sort_order=option.sort_order)
            for option in poll.options.filter(retired_at=None)
        )
    return copy


def request_follow_up(ballot: Ballot, address: str) -> FollowUp:
    """Note the address that wants to hear what came of an answer, and ask it by mail to confirm.

    The mail is handed to the hook ``onward_polls_send_mail`` in the same transaction; without one, the
    next run of the task ``onward_polls.fold`` sends it. Raises AddressUnusable.
    """
    address = usable_address(address)
    with transaction.atomic():
        follow_up = FollowUp.objects.select_for_update().filter(ballot=ballot).first()
        if follow_up and follow_up.address == address:
            return follow_up
        values = {"address": address, "nonce": new_salt(), "requested_at": timezone.now()}
        values |= {"asked_at": None, "confirmed_at": None, "told_at": None}
        if asked_often(address):
            values["asked_at"] = timezone.now()
        follow_up, _created = FollowUp.objects.update_or_create(ballot=ballot, defaults=values)
        hand_over_confirmation(follow_up)
    return follow_up


def confirm_follow_up(follow_up: FollowUp) -> None:
    """Record that the owner of the address wants to be told. A second confirmation changes nothing."""
    waiting = FollowUp.objects.filter(pk=follow_up.pk, nonce=follow_up.nonce, confirmed_at=None)
    with transaction.atomic():
        if waiting.update(confirmed_at=timezone.now()) == 1:
            follow_up.refresh_from_db()
            _announce(signals.follow_up_confirmed, follow_up=follow_up)
