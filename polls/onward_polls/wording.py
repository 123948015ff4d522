"""What may honestly be said about a tally and a poll, in sentences."""

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .ballots.ballot_rules import ballot_limits
from .errors import day
from .models import Ballot, Poll
from .tally import CAUTION, FEW, PollTally


def who_answered(tally: PollTally) -> str:
    """Return who is behind the numbers: how many, when, and through which doors."""
    if not tally.n:
        return _("Nobody has answered.")
    readers = ngettext("%(n)s reader who chose to answer", "%(n)s readers who chose to answer", tally.n)
    sentence = readers % {"n": f"{tally.n:,}"}
    if tally.first_at and tally.last_at:
        sentence = f"{sentence}, {date_span(tally.first_at, tally.last_at)}"
    if set(tally.by_door) - {Ballot.Door.WEB}:
        doors = (f"{count:,} {Ballot.Door(door).label}" for door, count in tally.by_door.items())
        sentence = f"{sentence}: {', '.join(doors)}"
    return f"{sentence}."


def caveats(tally: PollTally, set_aside: Mapping[str, int] | None = None) -> list[str]:
    """Return what a reader must know before quoting the numbers.

    ``set_aside`` is {Ballot.exclusion: ballots}, where it is known why some are not counted.
    """
    sentences = []
    if 0 < tally.n < FEW and tally.kind != Poll.Kind.WORDS:
        sentences.append(_("With fewer than %(few)d answers, only the counts are shown.") % {"few": FEW})
    if tally.needs_caution:
        sentences.append(
            _("Fewer than %(caution)d answers: one more can move these percentages a lot.")
            % {"caution": CAUTION}
        )
    if tally.kind == Poll.Kind.MULTIPLE and tally.shows_percentages:
        sentences.append(_("Readers could give several answers, so the percentages add up to more than 100."))
    if tally.excluded:
        sentences.append(aside_line(tally.excluded, set_aside or {}))
    if tally.n:
        sentences.append(
            _(
                "One vote per browser; not scientific. The numbers speak for the readers who answered, and for nobody else."
            )
        )
    return sentences


def aside_line(n: int, reasons: Mapping[str, int]) -> str:
    """Return how many answers are kept and not counted, and why, if the reasons account for all of them."""
    said = ngettext("%(n)s answer is set aside", "%(n)s answers are set aside", n) % {"n": f"{n:,}"}
    known = {
        reason: count for reason, count in reasons.items() if count and reason in Ballot.Exclusion.values
    }
    if sum(known.values()) != n:
        return _("%(said)s and not counted.") % {"said": said}
    labels = [(Ballot.Exclusion(reason).label, count) for reason, count in known.items()]
    why = [str(label) if len(labels) == 1 else f"{count:,} {label}" for label, count in labels]
    return f"{said}: {', '.join(why)}."


def reach_line(tally: PollTally, reach: int | None) -> str:
    """Return which part of the readers reached has answered; nothing where that is not known, or cannot be.

    A share only from ten answers on, and never of fewer readers than have answered.
    """
    if not reach or reach < tally.n:
        return ""
    if not tally.shows_percentages:
        return _("The question reached %(reach)s readers.") % {"reach": f"{reach:,}"}
    share = tally.n / reach * 100
    rate = _("less than 1%") if share < 1 else f"{round(share)}%"
    return _("The question reached %(reach)s readers; %(rate)s of them answered.") % {
        "reach": f"{reach:,}",
        "rate": rate,
    }


def reopened_line(poll: Poll) -> str:
    """Return when a poll that had closed was opened again, or nothing."""
    if poll.reopened_at is None:
        return ""
    return _("The poll had closed, and was opened again on %(date)s.") % {"date": day(poll.reopened_at)}


def date_span(first: datetime, last: datetime) -> str:
    """Return "3 May", "2 to 14 May" or "28 April to 3 May"."""
    start, end = timezone.localtime(first), timezone.localtime(last)
    if start.date() == end.date():
        return day(end)
    same_month = (start.year, start.month) == (end.year, end.month)
    same_year = start.year == end.year
    start_text = date_format(start, "j" if same_month else "j F" if same_year else "j F Y")
    return _("%(first)s to %(last)s") % {"first": start_text, "last": day(end)}


def what_happens(poll: Poll) -> str:
    """Return what a reader should know before answering: when results show, and what can be changed."""
    visibility = Poll.ResultsVisibility
    closing = day(poll.closes_at) if poll.closes_at else ""
    sentences = {
        visibility.ALWAYS: "",
        visibility.AFTER_VOTING: _("You see the result after you answer."),
        visibility.AFTER_CLOSING: _("The result is shown here on %(date)s, when the poll closes.")
        % {"date": closing}
        if closing
        else _("The result is shown here when the poll closes."),
        visibility.EDITORS: _("Only the author sees the result."),
    }
    return f"{sentences[visibility(poll.results_visibility)]} {what_can_change(poll)}".strip()


def what_can_change(poll: Poll) -> str:
    """Return whether, and until when, an answer can be changed."""
    if not poll.allow_change:
        return _("An answer cannot be changed.")
    if poll.closes_at:
        return _("You can change your answer until %(date)s.") % {"date": day(poll.closes_at)}
    return _("You can change your answer later.")


def how_many(poll: Poll) -> str:
    """Return how many options to mark, or nothing where that goes without saying."""
    least, most = ballot_limits(poll)
    if poll.kind != Poll.Kind.MULTIPLE:
        return ""
    if most is None:
        return _("Choose all that fit.") if least == 1 else _("Choose at least %(least)d.") % {"least": least}
    if least == most:
        return _("Choose exactly %(most)d.") % {"most": most}
    if least == 1:
        return _("Choose up to %(most)d.") % {"most": most}
    return _("Choose %(least)d to %(most)d.") % {"least": least, "most": most}


def life_line(poll: Poll) -> str:
    """Return where a poll is in its life, in three or four words."""
    if poll.archived_at:
        return _("No longer asked")
    if poll.is_closed and poll.closes_at:
        return _("Closed on %(date)s") % {"date": day(poll.closes_at)}
    if poll.is_waiting and poll.opens_at:
        return _("Opens on %(date)s") % {"date": day(poll.opens_at)}
    if poll.closes_at:
        return _("Open until %(date)s") % {"date": day(poll.closes_at)}
    return ""
