"""Saying the same thing in other words, after readers have answered."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from onward_polls import signals
from onward_polls.desk.offering import checked_text
from onward_polls.desk.rewording import keeping_wordings
from onward_polls.errors import EditRefused
from onward_polls.models import Option, Poll, plain_text

from .shared import announce


def reword(
    poll: Poll,
    *,
    question: str | None = None,
    options: Mapping[Option, str] | None = None,
    user: Any = None,
) -> bool:
    """Change the wording of a poll and of some of its options; every vote stays where it is.

    After the first ballot the old wording is kept as a Wording, and ``Poll.wording_version`` rises. Returns
    whether it did. Raises EditRefused for an empty or too long text, an option of another poll, and two
    options with one text; then nothing is changed.
    """
    with transaction.atomic(), keeping_wordings(poll) as change:
        if question is not None:
            poll.question = _checked_question(question)
            Poll.objects.filter(pk=poll.pk).update(question=poll.question)
        for option, text in (options or {}).items():
            option.text = checked_text(text)
            if not Option.objects.filter(poll=poll, pk=option.pk).update(text=option.text):
                raise EditRefused(_("That option belongs to another poll, so nothing was changed."))
        _refuse_twins(poll)
        announce(signals.poll_changed, poll=poll)
    note_rewording(poll, happened=change.happened, user=user)
    return change.happened


def note_rewording(poll: Poll, *, happened: bool, user: Any = None) -> None:
    """Write into the audit log that a poll was reworded after readers had answered."""
    if happened:
        log(instance=poll, action="onward_polls.reword", user=user, data={"version": poll.wording_version})


def _checked_question(question: str) -> str:
    question = " ".join(question.split())
    longest = Poll._meta.get_field("question").max_length or 0
    if not question or "\x00" in question:
        raise EditRefused(_("A poll needs a question. Please write one."))
    if len(question) > longest:
        raise EditRefused(
            _("A question has at most %(most)d characters, and this one has %(n)d. Please shorten it.")
            % {"most": longest, "n": len(question)}
        )
    return question


def _refuse_twins(poll: Poll) -> None:
    texts = [plain_text(option.text) for option in Option.objects.filter(poll=poll, retired_at=None)]
    if len(set(texts)) < len(texts):
        raise EditRefused(
            _("Two options would have the same text, so nothing was changed. Please tell them apart.")
        )
