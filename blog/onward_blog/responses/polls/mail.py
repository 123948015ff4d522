"""Polls in a mail: what can be tapped, what is said beside it, and the results that everybody may see."""

from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from onward_polls.components import mail_links
from onward_polls.components.results import public_results
from onward_polls.models import Option, Poll


def poll_in_mail(poll: Poll) -> dict[str, Any] | None:
    """Return {"choices", "hint", "results"} of a poll in a mail; None for one that readers do not see any more.

    ``choices``: {"text", "url"} for each option on offer, where the url holds the slot ``%%token%%``; empty while
    the poll takes no answers. ``hint``: a sentence about what it is like, may be empty. ``results``: the context of
    the results as of the last fold, or None where somebody may not see them yet: a mail is the same for everybody.
    """
    if poll.archived_at:
        return None
    results = public_results(poll)
    return {
        "choices": [] if poll.is_waiting else _choices(poll),
        "hint": _hint(poll),
        "results": results.get_context_data() if results and results.tally.n else None,
    }


def _choices(poll: Poll) -> list[dict[str, str]]:
    links = mail_links(poll, "%%token%%")
    ends = {0: poll.low_label, len(links) - 1: poll.high_label} if poll.kind == Poll.Kind.SCALE else {}
    return [
        {"text": _text(option, ends.get(place, "")), "url": url} for place, (option, url) in enumerate(links)
    ]


def _text(option: Option, end: str) -> str:
    if option.is_other:
        return _("%(other)s (write it on the page that opens)") % {"other": option.text}
    return f"{option.text}: {end}" if end else option.text


def _hint(poll: Poll) -> str:
    if poll.is_waiting and poll.opens_at:
        return _("It takes answers from %(when)s on.") % {"when": _when(poll.opens_at)}
    if poll.is_closed:
        return _("It is closed and takes no more answers.")
    sentences = []
    if poll.kind == Poll.Kind.MULTIPLE:
        sentences.append(_("Tap one; you can mark more on the page that opens."))
    if poll.closes_at:
        sentences.append(_("It closes on %(when)s.") % {"when": _when(poll.closes_at)})
    if poll.results_visibility == Poll.ResultsVisibility.AFTER_CLOSING:
        sentences.append(_("What readers answered is shown when it has closed."))
    return " ".join(sentences)


def _when(moment: Any) -> str:
    return date_format(timezone.localtime(moment), "j F Y, H:i")
