"""What is said of a question beside its numbers: who answered, what was left out, what looked unfair, in sentences."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .method import doors_line
from .reading import FEW, FrozenQuestion, moment


def source_line(question: FrozenQuestion) -> str:
    """Return who answered a question, when and by which door, as one honest sentence."""
    line = who_line(question.n, question.first_at, question.last_at, question.doors)
    return f"{line} {aside}" if (aside := set_aside_line(question)) else line


def who_line(n: int, first: datetime | None, last: datetime | None, doors: Mapping[str, int]) -> str:
    """Return "212 readers who chose to answer, 2 to 14 May 2026: 149 on the page, 63 from the newsletter."."""
    who = ngettext("%(n)s reader who chose to answer", "%(n)s readers who chose to answer", n) % {
        "n": f"{n:,}"
    }
    line = ", ".join(filter(None, [who, span(first, last)]))
    by = doors_line(doors)
    return f"{line}: {by}." if by else f"{line}."


def set_aside_line(question: FrozenQuestion) -> str:
    """Return the sentence about the answers that are left out of the numbers; "" when there are none."""
    if not question.excluded:
        return ""
    text = ngettext(
        "%(n)s more answer is set aside and not counted here.",
        "%(n)s more answers are set aside and not counted here.",
        question.excluded,
    )
    return text % {"n": f"{question.excluded:,}"}


def reach_line(question: FrozenQuestion) -> str:
    """Return how many the question reached and which part of them answered; "" where nobody knows."""
    if question.reach is None:
        return ""
    values = {"reach": f"{question.reach:,}", "rate": question.response_rate}
    if question.response_rate is None:
        return _("The question reached %(reach)s readers.") % values
    return _("The question reached %(reach)s readers; %(rate)d%% of them answered.") % values


def themes_line(question: FrozenQuestion) -> str:
    """Return what readers wrote about, as the author sorted it; "" when nothing was sorted."""
    themes = [f"{name} ({n})" for name, n in question.ranked_themes]
    if question.other_themes:
        themes.append(_("other themes (%(n)d)") % {"n": question.other_themes})
    sentence = _("What they wrote about, as the author sorts it: %(themes)s.")
    return sentence % {"themes": ", ".join(themes)} if themes else ""


def telling_line(telling: str, theme: str) -> str:
    """Return what a quote is to its theme: "typical of “Meetings”", "dissents from “Meetings”"; "" for all others."""
    if telling == "typical":
        text = _("typical of “%(theme)s”") if theme else _("typical of a small theme")
    elif telling == "dissenting":
        text = _("dissents from “%(theme)s”") if theme else _("dissents from a small theme")
    else:
        return ""
    return text % {"theme": theme} if theme else text


def caveats(question: FrozenQuestion) -> Iterator[str]:
    """Yield what a reader must know before quoting the numbers of a question."""
    if question.lines and 0 < question.n < FEW:
        yield _("With fewer than %(few)d answers, only the counts are shown.") % {"few": FEW}
    if question.needs_caution:
        yield _("Fewer than 30 answers: one more can move these percentages a lot.")
    if question.kind == "multiple" and question.shows_percentages:
        yield _("Readers could give several answers, so the percentages add up to more than 100.")
    yield from flag_lines(question)


def median_line(question: FrozenQuestion) -> str:
    """Return what the middle answer of a scale is; "" for other questions, and where too few answered."""
    if question.median is None:
        return ""
    return _("The middle answer is “%(text)s”: half answered that or lower, half that or higher.") % {
        "text": question.median.text
    }


def wording_line(question: FrozenQuestion) -> str:
    """Return which wording the answers were given to; "" while the question was never reworded."""
    if question.wording_version == 1:
        return ""
    return _("The wording shown is version %(n)d.") % {"n": question.wording_version}


def then_line(question: FrozenQuestion) -> str:
    """Return who had answered when the question was asked before; "" where nothing is compared."""
    then = question.then
    if then is None:
        return ""
    who = who_line(then["n"], moment(then["first_at"]), moment(then["last_at"]), then["doors"])
    return _("Asked before: %(who)s") % {"who": who}


def flag_lines(question: FrozenQuestion) -> Iterator[str]:
    """Yield what looked unfair about the answers, what the author decided, and the result with and without them."""
    for flag in question.facts.get("flags", ()):
        yield " ".join(filter(None, [_what_came(flag), _decided(flag), _with_and_without(question, flag)]))
    if question.facts.get("few_wrote_most"):
        yield _("Three readers wrote most of what was written here.")


def _what_came(flag: Mapping[str, Any]) -> str:
    first, last = moment(flag["first_at"]), moment(flag["last_at"])
    minutes = max(1, round((last - first).total_seconds() / 60)) if first and last else 1
    if flag["kind"] == "burst":
        text = ngettext(
            "%(n)d answers came within %(minutes)d minute from one source",
            "%(n)d answers came within %(minutes)d minutes from one source",
            minutes,
        )
    else:
        text = _("%(n)d answers came from one source")
    return f"{text % {'n': flag['n'], 'minutes': minutes}}:"


def _decided(flag: Mapping[str, Any]) -> str:
    return {
        "counted": _("the author looked at them and kept them."),
        "excluded": _("the author set them aside."),
    }.get(str(flag["decision"]), _("the author has not decided about them."))


def _with_and_without(question: FrozenQuestion, flag: Mapping[str, Any]) -> str:
    """Return both ways the answer that most of them gave; "" where it cannot be told, or only some are counted."""
    lines = [line for line in question.lines if line.key in flag["lines"]]
    if not lines or flag["counted"] not in (0, flag["n"]):
        return ""
    line = max(lines, key=lambda line: flag["lines"][line.key])
    marks = flag["lines"][line.key]
    counted = flag["counted"] == flag["n"]
    with_n, with_count = (question.n, line.count) if counted else (question.n + flag["n"], line.count + marks)
    values = {
        "text": line.text,
        "with": f"{with_count:,}",
        "with_n": f"{with_n:,}",
        "without": f"{with_count - marks:,}",
        "without_n": f"{with_n - flag['n']:,}",
    }
    return (
        _("“%(text)s” has %(with)s of %(with_n)s with them, and %(without)s of %(without_n)s without.")
        % values
    )


def span(first: datetime | None, last: datetime | None) -> str:
    """Return two days as a reader would write them: "2 to 14 May 2026", or one day alone."""
    if first is None or last is None:
        return ""
    start, end = timezone.localtime(first).date(), timezone.localtime(last).date()
    if start == end:
        return date_format(end, "j F Y")
    same_year, same_month = start.year == end.year, (start.year, start.month) == (end.year, end.month)
    begin = date_format(start, "j" if same_month else "j F" if same_year else "j F Y")
    return _("%(first)s to %(last)s") % {"first": begin, "last": date_format(end, "j F Y")}
