"""Where polls stand: which pages show a poll, read from Wagtail's reference index."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from swapper import load_model
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.models import PageViewRestriction, ReferenceIndex

from .conf import polls_settings
from .models import Option, Poll


#: Whether a page shows a poll, is live, and neither it nor a page above it is restricted to some readers. One look-up
#: inside the other: PostgreSQL spends more time on planning joins here than on all of a vote.
PUBLIC = """EXISTS (
    SELECT 1 FROM {reference} AS reference
    WHERE to_content_type_id = %(shown_type)s AND to_object_id = %(shown)s AND base_content_type_id = %(page_type)s AND (
        SELECT page.live AND NOT EXISTS (
            SELECT 1 FROM {restriction} AS restriction WHERE (
                SELECT SUBSTR(page.path, 1, LENGTH(root.path)) = root.path
                FROM {page} AS root WHERE root.{key} = restriction.page_id
            )
        ) FROM {page} AS page WHERE page.{key} = CAST(reference.object_id AS {number})
    )
)"""


def is_public(poll: Poll) -> bool:
    """Whether readers can meet this poll: on at least one page that is live and open to everybody."""
    condition, values = public_condition(poll)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {condition}", values)
        return bool(cursor.fetchone()[0])


def public_condition(poll: Poll) -> tuple[str, dict[str, Any]]:
    """Return what ``is_public`` asks, as SQL that may stand in any WHERE, with its parameters by name.

    Written out because building the same from querysets took longer than a whole vote may.
    """
    if not polls_settings().REQUIRE_LIVE_PAGE:
        return "1 = 1", {}
    page_model = load_model("wagtailcore", "Page")
    poll_type, page_type = (
        ContentType.objects.get_for_model(model, for_concrete_model=False).pk for model in (Poll, page_model)
    )
    values = {"shown_type": poll_type, "shown": str(poll.pk), "page_type": page_type}
    return _public_sql(connection.vendor), values


@cache
def _public_sql(_vendor: str) -> str:
    page_model = load_model("wagtailcore", "Page")
    return PUBLIC.format(
        page=page_model._meta.db_table,
        key=page_model._meta.pk.column,
        number=page_model._meta.pk.rel_db_type(connection),
        reference=ReferenceIndex._meta.db_table,
        restriction=PageViewRestriction._meta.db_table,
    )


def page_with(poll: Poll) -> Any | None:
    """Return the first page on which readers can meet this poll, or None."""
    return _public_pages(poll).order_by("first_published_at", "pk").first()


def _public_pages(poll: Poll) -> Any:
    page_model = load_model("wagtailcore", "Page")
    shown_on = (
        ReferenceIndex.get_references_to(poll)
        .filter(base_content_type=ContentType.objects.get_for_model(page_model, for_concrete_model=False))
        .values(page=Cast("object_id", page_model._meta.pk))
    )
    return page_model.objects.filter(pk__in=shown_on).live().public()


def path_of_page(page_ref: int | None, request: HttpRequest) -> str:
    """Return the path of a page that readers can open on this site; empty if there is none."""
    if page_ref is None:
        return ""
    page = load_model("wagtailcore", "Page").objects.filter(pk=page_ref).live().public().first()
    url = (page.get_url(request) if page else None) or ""
    return url if url.startswith("/") else ""


@dataclass(frozen=True)
class Place:
    """Something in the admin that shows a poll."""

    name: str
    #: Where it is edited; empty where it has no editor.
    url: str


def places_of(poll: Poll) -> list[Place]:
    """Return what shows a poll: pages in any state, their drafts, and anything else with a reference to it."""
    return places_by_poll([poll])[poll.pk]


def places_by_poll(polls: Sequence[Poll]) -> dict[int, list[Place]]:
    """Return {poll id: what shows it} for several polls, in as many queries as for one."""
    references = ReferenceIndex.get_references_to_in_bulk(polls).exclude(
        base_content_type__in=ContentType.objects.get_for_models(Poll, Option).values()
    )
    pairs = set(references.values_list("to_object_id", "base_content_type_id", "object_id"))
    users = _users({(kind, pk) for _poll, kind, pk in pairs})
    places: dict[int, list[Place]] = {poll.pk: [] for poll in polls}
    for poll, kind, pk in sorted(pairs):
        if place := users.get((kind, pk)):
            places[int(poll)].append(place)
    return places


def _users(keys: set[tuple[int, str]]) -> dict[tuple[int, str], Place]:
    """Return {(content type, primary key): the place} with one query for each content type."""
    finder = AdminURLFinder()
    found = {}
    for kind in {kind for kind, _pk in keys}:
        model = ContentType.objects.get_for_id(kind).model_class()
        own = [pk for its_kind, pk in keys if its_kind == kind]
        for pk, user in (model._default_manager.in_bulk(own) if model else {}).items():
            found[kind, str(pk)] = Place(_name_of(user), finder.get_edit_url(user) or "")
    return found


def _name_of(user: Any) -> str:
    return user.get_admin_display_title() if hasattr(user, "get_admin_display_title") else str(user)


def why_kept(poll: Poll) -> str:
    """Return why a poll must not be deleted, in a sentence for the editor; empty if it may be."""
    answers = poll.ballots.count()
    if answers:
        return ngettext(
            "%(n)d reader has answered it, and the answers would be lost.",
            "%(n)d readers have answered it, and the answers would be lost.",
            answers,
        ) % {"n": answers}
    again = poll.followed_by.first()
    if again:
        return _("“%(question)s” asks it again. Delete that poll first.") % {"question": again}
    names = [place.name for place in places_of(poll)]
    if names:
        return _("It is used here: %(places)s. Remove it there first.") % {"places": ", ".join(names)}
    return ""
