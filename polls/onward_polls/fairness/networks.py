"""Which ballots came from the same network, without keeping any address: a keyed hash that means nothing after two days."""

import secrets
from datetime import date, timedelta
from functools import partial
from ipaddress import IPv6Address, ip_address

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from onward_polls.models import Ballot, NetworkKey, Poll


#: How long a ballot remembers its network, and the key that hashed it lives.
KEPT = timedelta(hours=48)

#: Ballots that forget their network in one statement.
CHUNK = 1_000

#: What stands for every address that cannot be read: one network, so that it has a limit too.
UNKNOWN = "unknown"

#: The key of the day, once a committed row holds it: {day: key}, never more than one.
_key_of: dict[date, str] = {}


def network_hash(poll: Poll, address: str) -> str:
    """Return 64 hexadecimal characters that stand for an address's network in one poll, until midnight UTC.

    One query the first time of a day in this process, none afterwards.
    """
    salt = f"onward_polls.network.{poll.salt}"
    return salted_hmac(salt, network_of(address), secret=key_of_today(), algorithm="sha256").hexdigest()


def network_of(address: str) -> str:
    """Return the /24 (IPv4) or /48 (IPv6) an address lies in, or "unknown" for what is no address."""
    try:
        parsed = ip_address(address.strip())
    except ValueError:
        return UNKNOWN
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    width = 24 if parsed.version == 4 else 48
    host_bits = parsed.max_prefixlen - width
    return f"{type(parsed)(int(parsed) >> host_bits << host_bits)}/{width}"


def key_of_today() -> str:
    """Return the key of this day (UTC), making it if this is the day's first ballot; all processes get the same."""
    today = timezone.now().date()
    if today not in _key_of:
        key = _find_or_make(today)
        # A row that is rolled back would leave this process with a key of its own.
        transaction.on_commit(partial(_remember, today, key))
        return key
    return _key_of[today]


def _find_or_make(day: date) -> str:
    found = NetworkKey.objects.filter(day=day).first()
    if found is None:
        NetworkKey.objects.bulk_create(
            [NetworkKey(day=day, key=secrets.token_hex(32))], ignore_conflicts=True
        )
        found = NetworkKey.objects.get(day=day)
    return found.key


def _remember(day: date, key: str) -> None:
    _key_of.clear()
    _key_of[day] = key


def forget_networks() -> int:
    """Empty the network of ballots cast over 48 hours ago, and delete the keys; return how many ballots that were."""
    limit = timezone.now() - KEPT
    _key_of.clear()
    NetworkKey.objects.filter(day__lte=limit.date()).delete()
    stale = Ballot.objects.exclude(network="").filter(cast_at__lte=limit).values_list("pk", flat=True)
    forgotten = 0
    while old := list(stale[:CHUNK]):
        forgotten += Ballot.objects.filter(pk__in=old).update(network="")
    return forgotten
