"""What authors decide about questions. Who may is checked here; see ``access``."""

from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from onward_blog import versions
from onward_blog.models import ReaderQuestion
from onward_blog.roundups.actions import withdraw_quotes

from . import notices
from .access import may_decide, series_of
from .actions import SHOWN
from .errors import MoveNotAllowed, NotAllowed, PartNotOut


State = ReaderQuestion.State

#: The words of buttons and of the audit log, and where they take a question. "answer" needs a part besides.
DECISIONS = {
    "publish": State.PUBLIC,
    "reject": State.REJECTED,
    "pick": State.PICKED,
    "answer": State.ANSWERED,
}
#: From where each state can be reached.
MOVES: dict[State, set[State]] = {
    State.PUBLIC: {State.HELD, State.REJECTED, State.PICKED, State.ANSWERED},
    State.REJECTED: {State.HELD, State.PUBLIC, State.PICKED, State.ANSWERED},
    State.PICKED: {State.HELD, State.PUBLIC},
    State.ANSWERED: {State.HELD, State.PUBLIC, State.PICKED},
}


def decide(
    question: ReaderQuestion, decision: str, *, user: Any, part: int | None = None, seen: str | None = None
) -> ReaderQuestion:
    """Take a question to another state and return it as it is now; the series' history says who did.

    ``decision`` is one of DECISIONS; "answer" takes the page id of the ``part`` that answers it, and tells the asker.
    ``seen`` is the state that was looked at: a question that has left it is left alone. Raises NotAllowed, PartNotOut,
    and MoveNotAllowed when it cannot go there from where it is, or somebody else was first.
    """
    series = series_of(question)
    if not may_decide(user, series):
        raise NotAllowed
    target = DECISIONS[decision]
    answered_in = _part_that_is_out(series, part) if target == State.ANSWERED else None
    sources = MOVES[target] & {State(seen)} if seen else MOVES[target]
    with transaction.atomic():
        before = question.state
        rows = ReaderQuestion.objects.filter(pk=question.pk, state__in=sources)
        if not rows.update(state=target, answered_in=answered_in):
            raise MoveNotAllowed
        _note_public(question, target)
        question.refresh_from_db()
        log(
            series,
            f"onward_blog.question.{decision}",
            user=user,
            data={"question": question.pk, "before": before},
        )
        _follow_up(question, before)
    return question


def _part_that_is_out(series: Any, part: int | None) -> int:
    if part is None or part not in {page.pk for page in series.live_parts()}:
        raise PartNotOut
    return part


def _note_public(question: ReaderQuestion, target: State) -> None:
    if target in SHOWN:
        never = ReaderQuestion.objects.filter(pk=question.pk, public_at=None)
        never.update(public_at=timezone.now())


def _follow_up(question: ReaderQuestion, before: str) -> None:
    if question.state == State.ANSWERED:
        notices.tell_asker(question)
    if question.state == State.REJECTED and before != State.HELD:
        withdraw_quotes("questions", [str(question.pk)])
    if question.state in SHOWN or before in SHOWN:
        transaction.on_commit(partial(versions.bump, question.page_id))
