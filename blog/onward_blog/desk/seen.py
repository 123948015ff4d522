"""What an author has seen of the dashboard. Opening it notes nothing; a button does."""

from typing import Any

from django.utils import timezone

from onward_blog.models import AuthorDesk

from .numbers import read_folds, read_totals
from .places import ids_in, places_of


def desk_of(user: Any) -> AuthorDesk | None:
    """Return what is kept of this author, or None before anything is; one query."""
    return AuthorDesk.objects.filter(user=user).first()


def mark_as_seen(user: Any) -> AuthorDesk:
    """Note today's totals as seen: what is new is measured from them, until they are noted again."""
    places = places_of(user)
    totals = read_totals(places, read_folds(ids_in(places)))
    desk, _made = AuthorDesk.objects.update_or_create(
        user=user, defaults={"seen_at": timezone.now(), "seen": as_kept(totals)}
    )
    return desk


def as_kept(totals: dict[int, dict[str, int]]) -> dict[str, dict[str, int]]:
    """Return totals as they are stored: by the page's id as text, without what is nothing."""
    kept = {str(page): {column: n for column, n in numbers.items() if n} for page, numbers in totals.items()}
    return {page: numbers for page, numbers in kept.items() if numbers}
