"""What happens to every request before Django's own middleware sees it."""

import ipaddress
from collections.abc import Callable
from typing import Any

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponse


class ClientAddressMiddleware:
    """Put the reader's own address in REMOTE_ADDR when trusted proxies stand in front.

    With TRUSTED_PROXY_COUNT=n the address is the n-th from the right of X-Forwarded-For: what stands further left
    was written by the client and proves nothing. Anything that is not an address leaves REMOTE_ADDR as it was.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.META["REMOTE_ADDR"] = _client_address(request) or request.META.get("REMOTE_ADDR", "")
        return self.get_response(request)


def _client_address(request: HttpRequest) -> str | None:
    count = settings.TRUSTED_PROXY_COUNT
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if count < 1 or len(hops) < count:
        return None
    try:
        return str(ipaddress.ip_address(hops[-count].strip()))
    except ValueError:
        return None


class PolicyMiddleware(CSPMiddleware):
    """The site's Content-Security-Policy, written down once; django-csp composes it anew for every response.

    A response that asked for a policy of its own, by a decorator or a nonce, gets it from django-csp.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        super().__init__(get_response)
        self.policy = build_policy()
        self.excluded = tuple(settings.CONTENT_SECURITY_POLICY.get("EXCLUDE_URL_PREFIXES", ()))

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        if self._is_plain(request, response):
            response.headers.setdefault(HEADER, self.policy)
            return response
        return super().process_response(request, response)

    def _is_plain(self, request: HttpRequest, response: Any) -> bool:
        own = getattr(request, "_csp_nonce", None) or any(name.startswith("_csp") for name in vars(response))
        is_debug_page = settings.DEBUG and response.status_code in (404, 500)
        return not (own or is_debug_page or request.path_info.startswith(self.excluded))
