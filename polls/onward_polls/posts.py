"""How a form on a page without tokens proves that its reader meant it."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from rest_framework.authentication import CSRFCheck

from .conf import polls_settings
from .errors import PollError
from .models import Ballot


class UnreadableForm(PollError):
    def __init__(self) -> None:
        super().__init__(
            _("What your browser sent could not be read, so nothing was counted. Please try again.")
        )


class ForeignOrigin(PollError):
    status = 403

    def __init__(self) -> None:
        super().__init__(
            _("This answer was sent from another website, so it was not counted. Please answer here.")
        )


@dataclass(frozen=True)
class Place:
    """Where a reader is answering: the page the poll stands on, and the path back to it."""

    page_ref: int | None = None
    next_path: str = ""
    #: A value of Ballot.Door: the card's own page, or a frame on another site.
    door: str = Ballot.Door.WEB


def read_post(request: HttpRequest) -> QueryDict:
    """Return the form a request carries, or raise ForeignOrigin or UnreadableForm."""
    if comes_from_elsewhere(request):
        raise ForeignOrigin
    try:
        return request.POST
    except (BadRequest, SuspiciousOperation, MultiPartParserError, UnreadablePostError) as error:
        raise UnreadableForm from error


def comes_from_elsewhere(request: HttpRequest) -> bool:
    """Whether a browser says that another site sent this request."""
    origin = request.headers.get("Origin", "null")
    if origin == "null" or origin in settings.CSRF_TRUSTED_ORIGINS:
        return False
    try:
        return urlsplit(origin).netloc != request.get_host()
    except ValueError:
        return True


def carries_token(request: HttpRequest) -> bool:
    """Whether a request carries the CSRF token that belongs to its cookie."""
    check = CSRFCheck(lambda _request: None)
    check.process_request(request)
    return check.process_view(request, None, (), {}) is None


def wants_fragment(request: HttpRequest) -> bool:
    """Whether a script asks for the card alone, instead of a whole page."""
    return request.headers.get("X-Requested-With") == "onward"


def place_of(fields: QueryDict) -> Place:
    """Read the page and the way back from a form or an address; what makes no sense counts as missing."""
    page, next_path = fields.get("page", ""), fields.get("next", "")
    known = page.isascii() and page.isdigit() and len(page) < 19
    safe = next_path.startswith("/") and url_has_allowed_host_and_scheme(next_path, allowed_hosts=None)
    framed = fields.get("door") == Ballot.Door.EMBED and bool(polls_settings().EMBED_ORIGINS)
    return Place(
        int(page) if known else None,
        next_path if safe and len(next_path) <= 500 else "",
        Ballot.Door.EMBED if framed else Ballot.Door.WEB,
    )
