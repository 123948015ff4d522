"""What happens to every request before Django's own middleware sees it."""

import ipaddress
from collections.abc import Callable

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
