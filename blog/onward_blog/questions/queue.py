"""What an author's screen shows: the questions of the series this account may edit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from onward_blog.models import ReaderQuestion

from .access import questions_for
from .queries import with_supporters


State = ReaderQuestion.State

#: Questions on one screen.
PER_SCREEN = 25
#: The tabs in their order, and what can be done with what stands in each.
TABS = {
    State.HELD: (_("Held"), ("publish", "pick", "reject")),
    State.PUBLIC: (_("Public"), ("pick", "answer", "reject")),
    State.PICKED: (_("Picked for the next part"), ("answer", "publish", "reject")),
    State.ANSWERED: (_("Answered"), ("publish", "reject")),
    State.REJECTED: (_("Rejected"), ("publish",)),
}
LABELS = {
    "publish": _("Make public"),
    "reject": _("Reject"),
    "pick": _("Pick for the next part"),
}
#: The same button says something else where it takes a decision back.
BACK_LABELS = {
    State.PICKED: _("Do not pick it"),
    State.ANSWERED: _("Not answered after all"),
}


@dataclass(frozen=True)
class Asked:
    """What an author asked to see; anything strange in it is left out."""

    state: State = State.HELD
    series_pk: int | None = None

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Asked":
        """Read it from the address."""
        state, series = query.get("state", ""), query.get("series", "")
        is_number = series.isascii() and series.isdigit() and len(series) < 10
        return cls(State(state) if state in TABS else State.HELD, int(series) if is_number else None)


def found(user: Any, asked: Asked) -> Any:
    """Return what was asked for: held questions oldest first, because they wait; others the most wanted first."""
    rows = with_supporters(_matching(questions_for(user), asked).filter(state=asked.state))
    order = ("pk",) if asked.state == State.HELD else ("-wanted", "pk")
    return rows.select_related("page", "answered_in").order_by(*order)


def counts(user: Any, asked: Asked) -> dict[str, int]:
    """Return how many questions each tab holds; one query."""
    rows = _matching(questions_for(user), asked).order_by().values("state").annotate(n=Count("pk"))
    return {row["state"]: row["n"] for row in rows}


def waiting_questions(user: Any) -> int:
    """Return how many questions wait until this account lets them through; one query. For menus and the dashboard."""
    return questions_for(user).filter(state=State.HELD).count()


def _matching(questions: "QuerySet[ReaderQuestion]", asked: Asked) -> "QuerySet[ReaderQuestion]":
    return questions.filter(page_id=asked.series_pk) if asked.series_pk else questions
