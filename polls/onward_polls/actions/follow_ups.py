"""Noting who wants to hear what came of an answer."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from onward_polls import signals
from onward_polls.ballots.ballot_box import lock_ballots
from onward_polls.ballots.merging import link_keys, queue_links
from onward_polls.follow_ups import asked_often, hand_over_confirmation, usable_address
from onward_polls.models import Ballot, FollowUp, Poll, ReaderLink, new_salt
from onward_polls.readers import address_identity, reader_key

from .shared import announce
from .words import hold_for_words


def request_follow_up(ballot: Ballot, address: str, *, by: Sequence[str] = ()) -> FollowUp:
    """Note the address that wants to hear what came of an answer, and ask it by mail to confirm.

    The mail is handed to the hook ``onward_polls_send_mail`` in the same transaction; without one, the
    next run of the task ``onward_polls.fold`` sends it. ``by`` are the reader keys of whoever asks, as in
    ``add_words``. Raises AddressUnusable, AnswerTakenBack and WrittenElsewhere.
    """
    address = usable_address(address)
    with transaction.atomic():
        held = hold_for_words(ballot, by)
        follow_up = FollowUp.objects.select_for_update().filter(ballot=ballot).first()
        if follow_up and follow_up.address == address:
            return follow_up
        values = {"address": address, "nonce": new_salt(), "requested_at": timezone.now()}
        values |= {"asked_at": None, "confirmed_at": None, "told_at": None}
        if asked_often(address, held):
            values["asked_at"] = timezone.now()
        follow_up, _created = FollowUp.objects.update_or_create(ballot=ballot, defaults=values)
        if by and not held.words:
            Ballot.objects.filter(pk=ballot.pk).update(words_by=by[0])
        hand_over_confirmation(follow_up)
    return follow_up


def confirm_follow_up(follow_up: FollowUp) -> None:
    """Record that the owner of the address gave the answer and wants to be told; a second time changes nothing.

    From now on the reader is known by a hash of the address: answers to this poll that were confirmed from other
    browsers become one with it, and the latest counts. None of those browsers sees what the others chose or wrote.
    """
    waiting = FollowUp.objects.filter(pk=follow_up.pk, nonce=follow_up.nonce, confirmed_at=None)
    with transaction.atomic():
        queue_links(follow_up.ballot.poll)
        if waiting.update(confirmed_at=timezone.now()) == 1:
            follow_up.confirmed_at = timezone.now()
            announce(signals.follow_up_confirmed, follow_up=follow_up)
            _link_address(follow_up)


def _link_address(follow_up: FollowUp) -> None:
    """Make one of the ballots of one address; not once the poll has closed, because then its result stands."""
    poll = Poll.objects.get(pk=follow_up.ballot.poll_id)
    ballot = next(iter(lock_ballots(poll, pk=follow_up.ballot_id)), None)
    if ballot and not poll.is_closed:
        link_keys(poll, ballot.reader_key, reader_key(poll, address_identity(follow_up.address)))


def forget_follow_up(follow_up: FollowUp) -> None:
    """Delete an address, and the hash by which its reader was known; the answer stays what it was."""
    poll = follow_up.ballot.poll
    key, anonymous = reader_key(poll, address_identity(follow_up.address)), new_salt() + new_salt()
    with transaction.atomic():
        FollowUp.objects.filter(pk=follow_up.pk).delete()
        if follow_up.confirmed_at:
            Ballot.objects.filter(poll=poll, reader_key=key).update(reader_key=anonymous)
            ReaderLink.objects.filter(poll=poll, reader_key=key).update(reader_key=anonymous)
            ReaderLink.objects.filter(poll=poll, alias_key=key).delete()
