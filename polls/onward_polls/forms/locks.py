"""What may no longer be changed in the editor, and why."""

from dataclasses import dataclass
from typing import Any

from django.forms import Field, Form
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from onward_polls.errors import day
from onward_polls.models import Poll


#: What decides how a ballot is to be read, and so may not change under ballots already cast.
LOCKED_BY_BALLOTS = ("kind", "min_votes", "max_votes", "follows", "opens_at")

#: A poll that has closed is opened again by its own button, so that readers are told.
LOCKED_BY_CLOSING = ("opens_at", "closes_at")


@dataclass(frozen=True)
class Lock:
    """Why a field may no longer be changed, and the button of the poll that helps instead."""

    reason: str
    #: The name of the button's address.
    cure: str
    cure_label: str


def locks_of(poll: Poll) -> dict[str, Lock]:
    """Return the lock of each field of a poll that has one."""
    locks: dict[str, Lock] = {}
    if poll.pk and (n := poll.ballots.count()):
        lock = Lock(_answered(n), "copy_poll", _("Copy the poll"))
        locks |= dict.fromkeys(LOCKED_BY_BALLOTS, lock)
    if poll.pk and poll.is_closed and poll.closes_at:
        reason = _("The poll closed on %(date)s, so this can no longer be changed here.")
        lock = Lock(reason % {"date": day(poll.closes_at)}, "reopen", _("Open it again"))
        locks |= dict.fromkeys(LOCKED_BY_CLOSING, lock)
    return locks


def _answered(n: int) -> str:
    return ngettext(
        "%(n)d reader has answered, so this can no longer be changed.",
        "%(n)d readers have answered, so this can no longer be changed.",
        n,
    ) % {"n": n}


def differs(form: Form, name: str, field: Field, current: Any) -> bool:
    """Whether what was sent for a field is another value than the current one; False if nothing was sent."""
    sent = field.widget.value_from_datadict(form.data, form.files, form.add_prefix(name))
    is_there = not field.widget.value_omitted_from_data(form.data, form.files, form.add_prefix(name))
    return is_there and field.has_changed(current, sent)
