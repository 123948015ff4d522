"""How often a stranger may make this site write to an address, and from where (reliability 2.1)."""

import ipaddress
import logging
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.crypto import salted_hmac
from rest_framework.throttling import SimpleRateThrottle

from .addresses import canonical_for_limits
from .clock import database_now
from .conf import get_settings
from .models import Outbox


logger = logging.getLogger(__name__)

DAY = timedelta(days=1)


class NetworkThrottle(SimpleRateThrottle):
    """Count requests from one network in the cache. Politeness only: not atomic, and forgotten with the cache.

    The limits that must hold are those of ``free_mail_key``, which count rows under a unique constraint.
    """

    def __init__(self, seconds: int, limit: int) -> None:
        self.duration, self.num_requests, self.rate = seconds, limit, f"{limit}/{seconds}s"

    def get_cache_key(self, request: object, view: object = None) -> str:
        return f"onward_newsletter.network.{self.duration}.{network_hash(str(request))}"


def network_may_ask(remote_addr: str) -> bool:
    """Tell whether a request from this address is within its network's limits, and count it."""
    short, long = get_settings().REQUESTS_PER_NETWORK
    throttles = [NetworkThrottle(600, short), NetworkThrottle(86400, long)]
    try:
        return all(throttle.allow_request(remote_addr, None) for throttle in throttles)
    except Exception:  # noqa: BLE001 (each cache backend has errors of its own; the mail limits still hold)
        logger.warning("onward_newsletter.network_limit_unavailable")
        return True


def network_hash(remote_addr: str) -> str:
    """Return a keyed hash of the /24 (IPv4) or /48 (IPv6) network of an address; no address is kept."""
    return salted_hmac("onward_newsletter.network", _network(remote_addr), algorithm="sha256").hexdigest()[
        :32
    ]


def _network(remote_addr: str) -> str:
    try:
        address = ipaddress.ip_address(remote_addr)
    except ValueError:
        return "unknown"
    if mapped := getattr(address, "ipv4_mapped", None):
        address = mapped
    prefix = 24 if address.version == 4 else 48
    return str(ipaddress.ip_network(f"{address}/{prefix}", strict=False))


def free_mail_key(address: str, *, purpose: str, now: datetime | None = None) -> str | None:
    """Return a free key for an outbox row about subscribing, or None when the address has had its share.

    Spellings that reach the same mailbox share one allowance. The key is one of a few per address and day, and
    unique in the outbox, so that requests at the same moment cannot both take the last one.
    """
    now = now or timezone.now()
    today, yesterday = (_slots(address, now - age) for age in (timedelta(0), DAY))
    recent = Outbox.objects.filter(key__in=[*today, *yesterday], created_at__gt=now - DAY)
    taken = dict(recent.values_list("key", "purpose"))
    if len(taken) >= len(today) or (purpose == "already_subscribed" and purpose in taken.values()):
        return None
    used_today = set(Outbox.objects.filter(key__in=today).values_list("key", flat=True))
    return next((key for key in today if key not in used_today), None)


def _slots(address: str, when: datetime) -> list[str]:
    mailbox = salted_hmac("onward_newsletter.mailbox", canonical_for_limits(address), algorithm="sha256")
    number = get_settings().MAILS_PER_ADDRESS_PER_DAY
    return [f"subscribing:{mailbox.hexdigest()[:32]}:{when:%Y%m%d}:{slot}" for slot in range(number)]


def delay_when_busy(purposes: tuple[str, ...], now: datetime | None = None) -> timedelta:
    """Return how long a new mail about subscribing has to wait because the whole site sends too many a minute."""
    now = now or database_now()
    limit = get_settings().MAILS_PER_MINUTE
    waiting = Outbox.objects.filter(purpose__in=purposes, next_at__gt=now - timedelta(minutes=1)).count()
    if waiting < limit:
        return timedelta(0)
    logger.warning("onward_newsletter.subscribe_flood", extra={"mails": waiting})
    return timedelta(minutes=waiting // limit)
