"""Which series and articles an account sees numbers of: those that it may edit, and no others."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import swapper
from wagtail.permission_policies.pages import PagePermissionPolicy

from onward_blog.responses.aggregating import series_models
from onward_blog.responses.folding import article_models


@dataclass
class Place:
    """One series with its live parts in their order; ``series`` is None for the articles outside a series."""

    series: Any | None
    parts: list[Any] = field(default_factory=list)

    @property
    def ids(self) -> list[int]:
        """The pages whose numbers make up those of the place: its parts, and the series, which is what is followed."""
        return [*(part.pk for part in self.parts), *([self.series.pk] if self.series else [])]


def places_of(user: Any) -> list[Place]:
    """Return every series with a live part that the account may edit, the latest first; two queries.

    Articles outside a series come last, in one place together.
    """
    parts = list(editable(user).live().type(*article_models()).order_by("path"))
    above = {_above(part) for part in parts}
    series = {page.path: page for page in _pages().filter(path__in=above).type(*series_models())}
    places: dict[str, Place] = {}
    for part in parts:
        key = _above(part) if _above(part) in series else ""
        places.setdefault(key, Place(series.get(key))).parts.append(part)
    return sorted(places.values(), key=_latest, reverse=True)


def place_of(user: Any, series: Any) -> Place:
    """Return one series with those of its live parts that the account may edit."""
    parts = editable(user).live().child_of(series).type(*article_models()).order_by("path")
    return Place(series, list(parts))


def may_edit_any(user: Any) -> bool:
    """Return whether there may be anything that this account edits; no query for a superuser."""
    return bool(PagePermissionPolicy().user_has_permission(user, "change"))


def editors() -> Any:
    """Return the accounts that may edit at least something."""
    return PagePermissionPolicy().users_with_permission("change")


def ids_in(places: Iterable[Place]) -> list[int]:
    """Return the ids of all articles in these places."""
    return [part.pk for place in places for part in place.parts]


def editable(user: Any) -> Any:
    """Return the pages of any kind that the account may edit."""
    return PagePermissionPolicy().instances_user_has_permission_for(user, "change")


def _pages() -> Any:
    return swapper.load_model("wagtailcore", "Page").objects


def _above(page: Any) -> str:
    return str(page.path[: -page.steplen])


def _latest(place: Place) -> tuple[bool, str]:
    """Order by when the latest part came out; whatever is in no series goes last."""
    moments = [part.first_published_at.isoformat() for part in place.parts if part.first_published_at]
    return place.series is not None, max(moments, default="")
