"""Where polls stand: which pages show a poll, read from Wagtail's reference index."""

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField
from django.db.models.functions import Cast
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
    pages_of_poll = (
        ReferenceIndex.get_references_to(poll)
        .filter(base_content_type=ContentType.objects.get_for_model(page_model, for_concrete_model=False))
        .values("object_id")
    )
    shown = page_model.objects.annotate(reference=Cast("pk", CharField())).filter(reference__in=pages_of_poll)
    return bool(shown.live().public().exists())


def polls_on(page: object) -> list[Poll]:
    """Return the polls that stand on a page, with their options (two queries)."""
    references = ReferenceIndex.get_references_for_object(page).filter(
        to_content_type=ContentType.objects.get_for_model(Poll)
    )
    pks = [int(reference.to_object_id) for reference in references if reference.to_object_id.isdigit()]
    return list(Poll.objects.filter(pk__in=pks).prefetch_related("options"))


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
