"""What moderators do. Who may is the caller's to check; see ``access``."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from onward_blog.models import CommentState

from . import states
from .access import page_of
from .actions import Draft, post_comment
from .errors import MoveNotAllowed
from .states import MOVES


State = CommentState.State

#: The words of buttons, the command and the audit log, and where they take a comment.
DECISIONS = {
    "approve": State.PUBLIC,
    "reject": State.REJECTED,
    "spam": State.SPAM,
    "hold": State.HELD,
}
#: At most this many comments in one decision.
MOST_AT_ONCE = 500


def decide(
    comment_ids: Collection[int], decision: str, *, user: Any = None, seen: str | None = None
) -> list[CommentState]:
    """Decide about comments and return those that this call changed, as they are now.

    ``decision`` is one of DECISIONS. ``seen`` is the state the moderator looked at: a comment that has left it is
    left alone, because somebody else has decided. Every change is in the audit log with what it was before, so
    that it can be undone. Comments that their writers have not confirmed are never changed.
    """
    target = DECISIONS[decision]
    sources = MOVES[target] & {State(seen)} if seen else MOVES[target]
    with transaction.atomic():
        found = CommentState.objects.filter(comment_id__in=comment_ids, state__in=sources)
        return [
            state
            for state in found.select_related("comment").order_by("pk")[:MOST_AT_ONCE]
            if _decide_one(state, decision, user)
        ]


def decide_one(comment_id: int, decision: str, *, user: Any = None) -> CommentState:
    """Decide about one comment and return its state; deciding again the same way is harmless.

    Raises CommentState.DoesNotExist, or MoveNotAllowed when its writer has not confirmed it.
    """
    decide([comment_id], decision, user=user)
    state = CommentState.objects.select_related("comment").get(comment_id=comment_id)
    if state.state != DECISIONS[decision]:
        raise MoveNotAllowed
    return state


def reply_as_author(state: CommentState, *, text: str, user: Any) -> CommentState:
    """Answer a comment from the moderation screen and return the answer; approve the comment first if need be."""
    with transaction.atomic():
        if state.state != State.PUBLIC:
            decide_one(state.comment_id, "approve", user=user)
        return post_comment(page_of(state), Draft(text=text, reply_to=state.comment_id), user=user)


def _decide_one(state: CommentState, decision: str, user: Any) -> bool:
    before, now = state.state, timezone.now()
    reason = CommentState.Reason.PUT_BACK if decision == "hold" else state.reason
    if not states.move(state, DECISIONS[decision], now=now, reason=reason, decided_at=now, decided_by=user):
        return False
    log(instance=state, action=f"onward_blog.comment.{decision}", user=user, data={"before": before})
    return True
