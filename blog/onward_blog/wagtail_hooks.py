"""What this app adds to Wagtail. Each area registers its own in ``<area>/hooks.py``."""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from wagtail import hooks
from wagtail.snippets.models import register_snippet

from .comments import hooks as comment_hooks  # noqa: F401
from .desk import hooks as desk_hooks  # noqa: F401
from .following import hooks as following_hooks  # noqa: F401
from .mixins import PublicPageMixin
from .morning import hooks as morning_hooks  # noqa: F401
from .questions import hooks as question_hooks  # noqa: F401
from .responses import hooks as response_hooks  # noqa: F401
from .roundups import hooks as roundup_hooks  # noqa: F401
from .serving import answer
from .shares import hooks as share_hooks  # noqa: F401
from .viewsets import AuthorViewSet


if apps.is_installed("onward_polls"):
    from .copying import hooks as copying_hooks  # noqa: F401

register_snippet(AuthorViewSet)


# Outermost: what Wagtail itself says of a private page must be known before the headers are chosen.
@hooks.register("on_serve_page", order=-10)
def same_bytes_for_every_reader(serve: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Give public pages the headers of law 2; see ``onward_blog.serving``."""

    def served(page: Any, request: HttpRequest, args: Any, kwargs: Any) -> HttpResponseBase:
        response = serve(page, request, args, kwargs)
        return answer(request, response) if isinstance(page, PublicPageMixin) else response

    return served
