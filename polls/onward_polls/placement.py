"""Where polls stand: which pages show a poll, read from Wagtail's reference index."""

from django.contrib.contenttypes.models import ContentType
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from swapper import load_model
from wagtail.models import ReferenceIndex

from .conf import polls_settings
from .models import Poll


def is_public(poll: Poll) -> bool:
    """Whether readers can meet this poll: on at least one page that is live and open to everybody."""
    if not polls_settings().REQUIRE_LIVE_PAGE:
        return True
    page_model = load_model("wagtailcore", "Page")
    shown_on = (
        ReferenceIndex.get_references_to(poll)
        .filter(base_content_type=ContentType.objects.get_for_model(page_model, for_concrete_model=False))
        .values(page=Cast("object_id", page_model._meta.pk))
    )
    return bool(page_model.objects.filter(pk__in=shown_on).live().public().exists())


def path_of_page(page_ref: int | None, request: HttpRequest) -> str:
    """Return the path of a page that readers can open on this site; empty if there is none."""
    if page_ref is None:
        return ""
    page = load_model("wagtailcore", "Page").objects.filter(pk=page_ref).live().public().first()
    url = (page.get_url(request) if page else None) or ""
    return url if url.startswith("/") else ""


def why_kept(poll: Poll) -> str:
    """Return why a poll must not be deleted, in a sentence for the editor; empty if it may be."""
    answers = poll.ballots.count()
    if answers:
        return ngettext(
            "%(n)d reader has answered it; close it instead.",
            "%(n)d readers have answered it; close it instead.",
            answers,
        ) % {"n": answers}
    users = [str(source) for source, _uses in ReferenceIndex.get_grouped_references_to(poll)]
    if users:
        return _("It is used here: %(places)s. Remove it there first.") % {"places": ", ".join(users)}
    return ""
