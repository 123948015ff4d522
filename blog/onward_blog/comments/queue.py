"""What a moderator's screen shows: the comments of the pages this account may decide about."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from onward_blog.models import CommentState

from .access import states_for
from .actions import address_key
from .numbers import comment_number


State = CommentState.State

#: Comments on one screen.
PER_SCREEN = 25
#: The tabs in their order, and what a moderator can do with what stands in each.
TABS = {
    State.HELD: (_("Held"), ("approve", "reject", "spam")),
    State.PUBLIC: (_("Public"), ("hold", "reject", "spam")),
    State.REJECTED: (_("Rejected"), ("approve", "hold", "spam")),
    State.SPAM: (_("Spam"), ("approve", "hold", "reject")),
}
LABELS = {
    "approve": _("Approve"),
    "reject": _("Reject"),
    "spam": _("Spam"),
    "hold": _("Hold again"),
}


@dataclass(frozen=True)
class Asked:
    """What a moderator asked to see; anything strange in it is left out."""

    state: State = State.HELD
    search: str = ""
    article_pk: int | None = None

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Asked":
        state = query.get("state", "")
        return cls(
            state=State(state) if state in TABS else State.HELD,
            search=query.get("q", "").replace("\x00", "").strip()[:200],
            article_pk=comment_number(query.get("article", "")),
        )


def found(user: Any, asked: Asked) -> "QuerySet[CommentState]":
    """Return what was asked for: held comments oldest first, because they wait; others newest first."""
    states = _matching(states_for(user), asked).filter(state=asked.state)
    order = "pk" if asked.state == State.HELD else "-pk"
    return states.select_related("comment__user__onward_author", "page", "decided_by").order_by(order)


def counts(user: Any, asked: Asked) -> dict[str, int]:
    """Return how many comments each tab holds; one query."""
    rows = _matching(states_for(user), asked).order_by().values("state").annotate(n=Count("pk"))
    return {row["state"]: row["n"] for row in rows}


def held_count(user: Any) -> int:
    """Return how many comments wait for this account's decision; one query."""
    return states_for(user).filter(state=State.HELD).count()


def _matching(states: "QuerySet[CommentState]", asked: Asked) -> "QuerySet[CommentState]":
    if asked.article_pk:
        states = states.filter(page_id=asked.article_pk)
    if not asked.search:
        return states
    if "@" in asked.search:
        return states.filter(address_key=address_key(asked.search))
    return states.filter(
        Q(comment__comment__icontains=asked.search)
        | Q(comment__user_name__icontains=asked.search)
        | Q(page__title__icontains=asked.search)
    )
