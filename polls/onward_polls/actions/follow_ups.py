"""Noting who wants to hear what came of an answer."""

from django.db import transaction
from django.utils import timezone

from onward_polls import signals
from onward_polls.follow_ups import asked_often, hand_over_confirmation, usable_address
from onward_polls.models import Ballot, FollowUp, new_salt

from .shared import announce


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
            announce(signals.follow_up_confirmed, follow_up=follow_up)
