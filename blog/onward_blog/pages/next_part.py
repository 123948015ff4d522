"""The page about the part that is announced: its question, the answers so far, and when it is to come.

It lives at ``/<series>/next/`` from the moment a live part announces the next one. It is the series that serves it, so
that whatever restricts the series restricts this too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone

from onward_blog import versions
from onward_blog.models import ResponseFold

from .polls import polls_in


if TYPE_CHECKING:
    from .models import ArticlePage, SeriesPage


TEMPLATE = "onward_blog/pages/next_part_page.html"


@dataclass(frozen=True)
class OpenQuestion:
    """A question of the announcing part that takes answers now."""

    wording: str
    #: Where it is answered.
    path: str
    #: How many had answered at the last fold; None where somebody who has not answered may see no count.
    n: int | None
    #: Whether whoever answers sees the others' answers at once.
    shows_afterwards: bool


@dataclass(frozen=True)
class SoFar:
    """What had been answered in the announcing part at the last fold, as far as every reader may see it."""

    questions: tuple[OpenQuestion, ...]
    #: The answers to all questions whose results readers see once they have answered; None where there are none.
    answers: int | None
    #: How many answers the author waits for, or None.
    wanted: int | None
    counted_at: Any | None

    @property
    def missing(self) -> int | None:
        """How many answers are missing to what the author waits for; None where no number may be shown."""
        if self.wanted is None or self.answers is None:
            return None
        return max(0, self.wanted - self.answers)

    @property
    def asks_before_it_shows(self) -> bool:
        """Whether there is a question of which only those see the answers who have answered."""
        return any(question.n is None and question.shows_afterwards for question in self.questions)

    @property
    def shows_number(self) -> bool:
        """Whether any number of answers stands in the page."""
        return self.missing is not None or any(question.n is not None for question in self.questions)


def answer_about_next(series: SeriesPage, request: HttpRequest) -> HttpResponse:
    """Return the page of the announced part; lead to that part once it is out.

    Where nothing is announced it says so, with the status 404; a series that has ended says that.
    """
    announcer = series.announced_next()
    if announcer is None and not series.ended_at:
        live = series.live_parts()
        if len(live) > 1 and live[-2].next_question:
            return HttpResponseRedirect(live[-1].get_url(request) or "/")
    context = series.get_context(request) | {"announcer": announcer, "closing_part": series.closing_part()}
    if announcer is not None:
        context |= _about(announcer)
    status = 200 if announcer is not None or series.ended_at else 404
    return TemplateResponse(request, TEMPLATE, context, status=status)


def _about(announcer: ArticlePage) -> dict[str, Any]:
    expected = announcer.next_expected
    return {
        "number": announcer.part_number + 1,
        "note": note_of(announcer),
        "so_far": answers_so_far(announcer),
        "is_late": expected is not None and expected < timezone.localdate(),
    }


def note_of(announcer: ArticlePage) -> str:
    """Return what the author wrote about the part to come, where the text announces it; "" without a word."""
    blocks = (block for block in announcer.body if block.block_type == "next_part")
    return next((block.value.get("note") or "" for block in blocks), "")


def answers_so_far(announcer: ArticlePage) -> SoFar:
    """Return what the page says about answers; the numbers are those of the last fold. Four queries at most."""
    polls = polls_in(announcer)
    fold = ResponseFold.objects.filter(page=announcer.pk).first()
    counts = _counts(fold.data if fold else {})
    seen = [poll for poll in polls if poll.shows_results(voted=True)]
    path = announcer.get_absolute_url()
    return SoFar(
        questions=tuple(_open_questions(polls, counts, path)),
        answers=sum(counts.get(poll.pk, 0) for poll in seen) if seen else None,
        wanted=announcer.next_at_answers,
        counted_at=fold.folded_at if fold else None,
    )


def _open_questions(polls: Iterable[Any], counts: dict[int, int], path: str) -> Iterable[OpenQuestion]:
    for poll in polls:
        if poll.archived_at or poll.is_closed or poll.is_waiting:
            continue
        n = counts.get(poll.pk, 0) if poll.shows_results(voted=False) else None
        yield OpenQuestion(poll.question, f"{path}#poll-{poll.pk}", n, poll.shows_results(voted=True))


def _counts(data: dict[str, Any]) -> dict[int, int]:
    groups = data.get("polls", {}).get("groups", [])
    return {int(group["key"].removeprefix("poll:")): group["total"] for group in groups}


def renew_after_fold(sender: Any, instance: ResponseFold, **kwargs: Any) -> None:
    """Start a new version of the series whose next part an article announces, when a number shown there changed."""
    changed = kwargs.get("update_fields")
    if changed is None or "data" in changed:
        transaction.on_commit(lambda: _renew(instance.page_id))


def _renew(page: int) -> None:
    from .models import ArticlePage

    article = ArticlePage.objects.filter(pk=page).exclude(next_question="").first()
    if article is None or article.series is None or not article.announces_next:
        return
    so_far = answers_so_far(article)
    shown = [so_far.missing, *((question.path, question.n) for question in so_far.questions)]
    key = f"onward_blog:next_part:{article.pk}"
    if cache.get(key) != shown:
        cache.set(key, shown, timeout=None)
        versions.bump(article.series.pk)
