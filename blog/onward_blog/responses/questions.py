"""What readers asked a series to answer, counted at the part that was the latest one out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import swapper
from django.db.models import Count, Max, Min, QuerySet
from django.utils.translation import gettext_lazy as _

from onward_blog.models import QuestionSupport, ReaderQuestion

from .base import Group, Quote, ResponseSummary
from .windows import within


State = ReaderQuestion.State
SHOWN = (State.PUBLIC, State.PICKED, State.ANSWERED)


class QuestionSource:
    """Questions belong to a series; each is counted once, at the part after which it became public.

    The ones that the author picked go into the draft of the next part, so they are quotes of the last part alone.
    """

    slug = "questions"
    label = _("Questions from readers")

    def summarise(
        self, article: Any, *, since: datetime | None = None, until: datetime | None = None
    ) -> ResponseSummary | None:
        """Count the questions that became public; facts: supports, and picked. None where nobody has asked any."""
        found = _asked_after(article, since, until)
        if found is None:
            return None
        total, first, last = found.aggregate(
            n=Count("pk"), first=Min("public_at"), last=Max("public_at")
        ).values()
        if not total:
            return None
        support = QuestionSupport.objects.filter(within("created_at", None, until), question__in=found)
        facts = {"supports": support.count(), "picked": found.filter(state=State.PICKED).count()}
        return ResponseSummary(
            source=self.slug,
            label=str(self.label),
            total=total,
            groups=(Group("questions", "", "questions", total, facts=facts),),
            first_at=first,
            last_at=last,
            facts=facts,
        )

    def quotes(
        self, article: Any, *, since: datetime | None = None, until: datetime | None = None
    ) -> list[Quote]:
        """Return the questions that the author picked for the next part, the most wanted first, without a name."""
        series = getattr(article, "series", None)
        if series is None or article.next_part is not None:
            return []
        picked = ReaderQuestion.objects.filter(within("public_at", None, until), state=State.PICKED)
        rows = picked.filter(page_id=series.pk).annotate(n=Count("supporters")).order_by("-n", "pk")
        return [Quote(self.slug, str(row.pk), row.words, "", "questions", "question") for row in rows]

    def shown(self, article: Any) -> Any:
        """Return nothing: an article shows no questions."""
        return None

    def numbers(self, article: Any, since: datetime | None, until: datetime) -> dict[str, int]:
        """Return how many questions became public in the window; one query."""
        found = _asked_after(article, since, until)
        n = found.count() if found is not None else 0
        return {"questions": n} if n else {}

    def marks(self, pages: Sequence[int]) -> dict[int, str]:
        """Return how many questions and wishes the series of each page has, and of when; three queries at most."""
        found = swapper.load_model("wagtailcore", "Page").objects
        marks = _marks_of_series()
        if not marks:
            return {}
        series = {page.path: marks[page.pk] for page in found.filter(pk__in=marks)}
        parts = found.filter(pk__in=pages)
        above = ((page.pk, page.path[: -page.steplen]) for page in parts)
        return {pk: series[path] for pk, path in above if path in series}


def _marks_of_series() -> dict[int, str]:
    shown = ReaderQuestion.objects.filter(state__in=SHOWN).order_by()
    rows = shown.values_list("page_id", "state").annotate(Count("pk", distinct=True), Count("supporters"))
    marks: dict[int, str] = {}
    for page, *numbers in sorted(rows.annotate(Max("public_at"))):
        marks[page] = f"{marks.get(page, '')}/{numbers}"
    return marks


def _asked_after(
    article: Any, since: datetime | None, until: datetime | None
) -> "QuerySet[ReaderQuestion] | None":
    """Return the public questions that belong to this part, in the window; None for an article without a series."""
    series = getattr(article, "series", None)
    if series is None or article.first_published_at is None:
        return None
    out = sorted((part.first_published_at, part.pk) for part in article.parts if part.first_published_at)
    mine = (article.first_published_at, article.pk)
    later = next((moment for moment, pk in out if (moment, pk) > mine), None)
    is_first = not any(other < mine for other in out)
    began = None if is_first else article.first_published_at
    questions = ReaderQuestion.objects.filter(page_id=series.pk, state__in=SHOWN)
    return questions.filter(within("public_at", since, until), within("public_at", began, later))
