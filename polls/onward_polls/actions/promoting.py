"""Making an option of what readers wrote beside "other"."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from onward_polls import signals
from onward_polls.desk.offering import checked_text, offer
from onward_polls.desk.write_ins import write_ins
from onward_polls.errors import EditRefused
from onward_polls.models import Option, Poll, plain_text

from .copying import ask_again
from .shared import announce


def promote_words(poll: Poll, text: str, spellings: Sequence[str] = (), *, user: Any = None) -> Option:
    """Offer as an option what readers of a poll wrote beside "other", in one spelling or in several.

    While the poll takes ballots the option is its own, and says how many had answered before. Otherwise it is
    one of the poll that asks again, which is made if there is none. ``Option.promoted_words`` holds the texts,
    as plain_text gives them: whoever wrote one is asked whether the option is what they meant, and is never
    moved by itself. Raises EditRefused for a text nobody wrote, and what ``offering.offer`` raises.
    """
    text = checked_text(text)
    wanted = {plain_text(each) for each in (spellings or [text])}
    with transaction.atomic():
        Poll.objects.select_for_update().get(pk=poll.pk)
        _check_written(poll, wanted)
        target = _where_to_ask(poll)
        option = offer(target, text)
        if option.is_other:
            raise EditRefused(
                _("That is what “other” is called already. Please give the option its own text.")
            )
        option.promoted_words = sorted({*option.promoted_words, *wanted})
        option.save(update_fields=["promoted_words"])
        log(
            instance=target,
            action="onward_polls.promote",
            user=user,
            data={"option": option.text, "from": poll.pk},
        )
        announce(signals.poll_changed, poll=target)
    return option


def _check_written(poll: Poll, wanted: set[str]) -> None:
    written = {each.plain for each in write_ins(poll, unpromoted=False)}
    if unknown := sorted(wanted - written):
        raise EditRefused(
            _("Nobody wrote “%(text)s” beside “other”, so it was not made an option.") % {"text": unknown[0]}
        )


def _where_to_ask(poll: Poll) -> Poll:
    """Return the poll itself while it takes ballots, else the one that asks again."""
    takes = Q(closes_at=None) | Q(closes_at__gt=Now())
    usable = Poll.objects.filter(takes, archived_at=None)
    if usable.filter(pk=poll.pk).exists():
        return poll
    again: Poll | None = usable.filter(follows=poll).order_by("-pk").first()
    return again or ask_again(poll)
