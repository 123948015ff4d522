"""A poll for a frame on somebody else's page: the same for everybody, without a cookie, a token or a script."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from onward_polls.components import PollCard
from onward_polls.conf import polls_settings
from onward_polls.errors import PollError
from onward_polls.models import Poll
from onward_polls.placement import is_public, page_with

from .answering import PollNotFound


class EmbeddingOff(PollError):
    """No other site may show our polls."""

    status = 404

    def __init__(self) -> None:
        super().__init__(_("Polls of this site are not shown on other sites."))


@csrf_exempt
@require_safe
def embed(request: HttpRequest, poll_id: int) -> HttpResponse:
    """Show a poll in a frame on one of ONWARD_POLLS["EMBED_ORIGINS"]; its form opens our own page in a new tab.

    There, in the first party, the reader's own cookie tells whose ballot it is, as everywhere else.
    """
    origins = polls_settings().EMBED_ORIGINS
    try:
        response = _framed(request, _find(poll_id, origins))
        response["Cache-Control"] = "public, max-age=0, s-maxage=60"
    except PollError as error:
        response = _page(request, {"sentence": str(error)}, status=error.status)
        response["Cache-Control"] = "no-store"
    response["Content-Security-Policy"] = _policy(origins)
    if origins:
        # Only the policy above can name who may frame the page; the older header would forbid all but ourselves.
        response.xframe_options_exempt = True
    return response


def _find(poll_id: int, origins: tuple[str, ...]) -> Poll:
    if not origins:
        raise EmbeddingOff
    polls = Poll.objects.select_related("follows").prefetch_related("options")
    poll = polls.filter(pk=poll_id, archived_at=None).first()
    if poll is None or not is_public(poll):
        raise PollNotFound
    return poll


def _framed(request: HttpRequest, poll: Poll) -> HttpResponse:
    page = page_with(poll)
    url = (page.get_url(request) if page else None) or ""
    way_back = urlsplit(url).path
    card = PollCard(poll, embedded=True, heading="h1", page_ref=page.pk if page else None, next_path=way_back)
    return _page(request, {"poll": poll, "card": card, "page": page, "page_url": url})


def _page(request: HttpRequest, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    context["styles"] = polls_settings().EMBED_STYLES
    return render(request, "onward_polls/pages/embed.html", context, status=status)


def _policy(origins: tuple[str, ...]) -> str:
    """Return the whole policy of the page: middleware that finds one leaves it as it is."""
    assets = urlsplit(static("onward_polls/polls.css"))
    ours = f"'self' {assets.scheme}://{assets.netloc}" if assets.netloc else "'self'"
    return "; ".join(
        [
            "default-src 'none'",
            f"style-src {ours}",
            f"font-src {ours}",
            f"img-src {ours} data:",
            "form-action 'self'",
            "base-uri 'none'",
            " ".join(("frame-ancestors 'self'", *origins)),
        ]
    )
