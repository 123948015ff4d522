"""How often one browser or one network may do something; counted by keyed hashes that a cache forgets.

The throttles are those of Django REST framework, given to plain views. A network is an IPv4 address or the first
64 bits of an IPv6 address, because one household or one server has all of the rest.
"""

import ipaddress
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from rest_framework.throttling import SimpleRateThrottle

from .browser import keyed_hash


class KeyedThrottle(SimpleRateThrottle):
    """At most ``num_requests`` for one key in ``duration`` seconds."""

    def __init__(self, scope: str, key: str, *, allowed: int, seconds: int) -> None:
        self.scope = scope
        self.num_requests, self.duration = allowed, seconds
        self.cache_key = f"onward_blog:limit:{scope}:{keyed_hash(f'limit.{scope}', key)}"

    def get_cache_key(self, request: Any, view: Any) -> str:
        return self.cache_key


def seconds_to_wait(throttles: Iterable[KeyedThrottle]) -> int:
    """Count this act and return 0, or return how many seconds to wait until the first full limit has room.

    An act that is refused is not counted, so waiting always helps.
    """
    throttles = list(throttles)
    waits = [wait for throttle in throttles if (wait := _peek(throttle))]
    if waits:
        return max(waits)
    for throttle in throttles:
        throttle.throttle_success()
    return 0


def network_of(request: HttpRequest) -> str:
    """Return the network a request comes from, to be hashed; garbage is one network of its own."""
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(getattr(address, "ipv4_mapped", None) or address)


def _peek(throttle: KeyedThrottle) -> int:
    throttle.key = throttle.cache_key
    throttle.now = throttle.timer()
    throttle.history = [
        moment for moment in throttle.cache.get(throttle.key, []) if moment > throttle.now - throttle.duration
    ]
    if len(throttle.history) < throttle.num_requests:
        return 0
    return int(throttle.duration - (throttle.now - throttle.history[-1])) + 1
