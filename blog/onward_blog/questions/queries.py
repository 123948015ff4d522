"""Reading questions: one query for a series, however many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, IntegerField, QuerySet, Value, When

from onward_blog.models import QuestionSupport, ReaderQuestion

from .actions import OPEN, SHOWN, asker_key, supporter_key


State = ReaderQuestion.State

#: At most this many questions of one series are shown.
MOST = 200


@dataclass(frozen=True)
class Shown:
    """One question as anybody may read it."""

    pk: int
    words: str
    state: str
    #: How many readers want it answered, its asker included.
    wanted: int
    #: The part that answers it, if readers can open it.
    part: Any | None = None
    #: Whether this reader wants it; known on pages of the reader's own only.
    is_mine: bool = False

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


def public_questions(series: Any, *, identity: str | None = None) -> list[Shown]:
    """Return the public questions of a series: open ones first, the most wanted first; then the answered ones.

    One query beside those for the parts; with an identity one more, to know which of them this reader wants.
    """
    rows = list(_counted(ReaderQuestion.objects.filter(page_id=series.pk, state__in=SHOWN))[:MOST])
    needs_parts = any(row.answered_in_id for row in rows)
    parts = {part.pk: part for part in series.live_parts()} if needs_parts else {}
    mine = _wanted_by(identity, rows) if identity else set()
    return [_shown(row, parts.get(row.answered_in_id), row.pk in mine) for row in rows]


def public_question(question_id: int) -> ReaderQuestion | None:
    """Return a question that readers see, by its number, or None."""
    return ReaderQuestion.objects.filter(pk=question_id, state__in=SHOWN).first()


def wants(question: ReaderQuestion, identity: str | None) -> bool:
    """Return whether this reader wants the question answered."""
    return bool(identity) and bool(_wanted_by(identity or "", [question]))


def own_questions(series: Any, identity: str | None) -> Sequence[ReaderQuestion]:
    """Return what this browser asked and the author has not decided about, oldest first; one query."""
    if not identity:
        return []
    found = ReaderQuestion.objects.filter(page_id=series.pk, asked_by=asker_key(identity), state=State.HELD)
    return list(found.order_by("pk"))


def with_supporters(questions: "QuerySet[ReaderQuestion]") -> Any:
    """Return the questions with ``wanted``, how many readers want each."""
    return questions.annotate(wanted=Count("supporters"))


def _counted(questions: "QuerySet[ReaderQuestion]") -> Any:
    settled = Case(When(state=State.ANSWERED, then=Value(1)), default=Value(0), output_field=IntegerField())
    return with_supporters(questions).order_by(settled, "-wanted", "pk")


def _wanted_by(identity: str, questions: Sequence[ReaderQuestion]) -> set[int]:
    keys = [supporter_key(question.pk, identity) for question in questions]
    return set(QuestionSupport.objects.filter(reader_key__in=keys).values_list("question_id", flat=True))


def _shown(row: Any, part: Any | None, is_mine: bool) -> Shown:
    return Shown(row.pk, row.words, row.state, row.wanted, part, is_mine)
