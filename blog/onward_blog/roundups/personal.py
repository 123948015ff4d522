"""What one person may be told about his own answer: the option, never the words, since mail is forwarded."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from onward_blog.models import Roundup, RoundupQuote

from .actions import used_in
from .components import part_name
from .reading import FrozenQuestion, Reading


def personal_lines(page: Any, identities: Iterable[str]) -> dict[str, str]:
    """Return {identity: "In Part 1 you chose “…”, like 41 of 212 readers."} for those who answered in time.

    The numbers are those of the roundups that the page uses, so they are the ones it prints. Whoever answered after
    a roundup was frozen is not in its numbers and gets no line.
    """
    names = list(identities)
    if not names or not apps.is_installed("onward_polls"):
        return {}
    lines: dict[str, str] = {}
    for roundup, kept in used_in(page).items():
        for identity, line in _lines(roundup, kept, names).items():
            lines.setdefault(identity, line)
    return lines


def _lines(roundup: Roundup, kept: set[int], identities: list[str]) -> dict[str, str]:
    from onward_blog.responses.polls import chosen_by

    reading = Reading(roundup.data)
    questions = {question.poll_id: question for question in reading.questions if question.lines}
    quoted = quoted_ballots(kept)
    lines = {}
    for identity, answers in chosen_by(questions, identities).items():
        in_time = [answer for answer in answers if answer.cast_at < reading.until and answer.options]
        found = (_sentence(reading, questions[answer.poll_id], answer.options[0]) for answer in in_time)
        if line := next(filter(None, found), ""):
            is_quoted = any(answer.ballot_uuid in quoted for answer in answers)
            lines[identity] = f"{line} {_('A sentence of yours is quoted.')}" if is_quoted else line
    return lines


def own_line(roundup: Roundup, poll_id: int, options: Sequence[str]) -> str:
    """Return "In Part 1 you chose “…”, like 41 of 212 readers." for who marked these options; "" where it counts not."""
    reading = Reading(roundup.data)
    questions = {question.poll_id: question for question in reading.questions if question.lines}
    return _sentence(reading, questions[poll_id], options[0]) if options and poll_id in questions else ""


def quoted_ballots(quotes: Iterable[int]) -> set[str]:
    """Return the uuids of the ballots behind these quotes, without those taken back."""
    rows = RoundupQuote.objects.filter(pk__in=list(quotes), source="polls", withdrawn_at=None)
    return set(rows.values_list("source_key", flat=True))


def _sentence(reading: Reading, question: FrozenQuestion, option: str) -> str:
    line = question.line(option)
    if line is None or not line.count:
        return ""
    values = {"part": part_name(reading), "text": line.text, "count": line.count, "n": question.n}
    if line.count == 1:
        return _("In %(part)s you chose “%(text)s”, as one of %(n)d readers.") % values
    return _("In %(part)s you chose “%(text)s”, like %(count)d of %(n)d readers.") % values
