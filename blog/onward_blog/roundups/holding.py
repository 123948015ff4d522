"""One writer at a time: what may be done with a draft now, and who has it open."""

from datetime import timedelta
from typing import Any

import swapper
from django.utils import timezone
from wagtail.admin.models import EditingSession
from wagtail.models import get_default_page_content_type

from .errors import DraftIsOut, DraftLocked, NotAllowed


#: An open editor says so every ten seconds; one that was silent for this long is closed.
SILENT = timedelta(seconds=60)


def hold_draft(draft: Any) -> Any:
    """Return the latest revision of a draft, and let nobody else change it until the transaction ends."""
    pages = swapper.load_model("wagtailcore", "Page").objects
    list(pages.select_for_update().filter(pk=draft.pk).values_list("pk"))
    return type(draft).objects.get(pk=draft.pk).get_latest_revision_as_object()


def check_may_change(draft: Any, user: Any) -> None:
    """Raise NextPartError unless the user may put something into this draft now."""
    permissions = draft.permissions_for_user(user)
    if not permissions.can_edit():
        raise NotAllowed
    if draft.first_published_at:
        raise DraftIsOut(draft)
    if permissions.page_locked():
        raise DraftLocked(draft, draft.get_lock())


def open_elsewhere(draft: Any, user: Any) -> list[str]:
    """Return the names of those who have a draft open in an editor, the user's own other windows among them."""
    sessions = EditingSession.objects.filter(
        content_type=get_default_page_content_type(),
        object_id=draft.pk,
        last_seen_at__gte=timezone.now() - SILENT,
    )
    people = {session.user for session in sessions.select_related("user")}
    return sorted(person.get_full_name() or person.get_username() for person in people)
