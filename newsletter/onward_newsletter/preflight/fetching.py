"""Asking other sites whether a link works, without being led into our own network.

A name is resolved once, every address it has must be a public one, and the connection goes to the address that was
judged. Each redirect is judged anew. Nothing of an answer is read but its status and where it sends us.
"""

import socket
import ssl
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Timer
from urllib.parse import SplitResult, urljoin, urlsplit

from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext as _


#: How long one request may take in all, in seconds, and how many redirects are followed.
TIMEOUT = 5.0
MOST_REDIRECTS = 5
AT_ONCE = 10
AGENT = "Mozilla/5.0 (compatible; OnwardLinkCheck/1.0)"

#: IPv4 addresses inside IPv6 ones (NAT64).
TRANSLATED = ip_network("64:ff9b::/96")

IPAddress = IPv4Address | IPv6Address
MayVisit = Callable[[IPAddress], bool]


class Verdict(StrEnum):
    """FINE works; DEAD does not; UNSURE means only a person can tell; REFUSED is no public address."""

    FINE = "fine"
    DEAD = "dead"
    UNSURE = "unsure"
    REFUSED = "refused"


@dataclass(frozen=True)
class LinkReport:
    """What became of asking after one address; ``note`` is a sentence for the author, "" when it is fine."""

    url: str
    verdict: Verdict
    note: str = ""


class _Refused(Exception):
    """The address is not one that anybody could open."""


class _NoSuchName(Exception):
    """The DNS does not know the name."""


def is_public(address: IPAddress) -> bool:
    """Return whether an address is on the open internet; one that carries another inside is judged by that too."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return is_public(address.ipv4_mapped)
        if address.sixtofour or address.teredo or address in TRANSLATED:
            return False
    return address.is_global and not address.is_multicast


def ask_all(urls: Iterable[str], *, may_visit: MayVisit = is_public) -> list[LinkReport]:
    """Ask after several addresses at once, in at most about three timeouts for each round of ten."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(partial(ask, may_visit=may_visit), urls))


def ask(url: str, *, may_visit: MayVisit = is_public) -> LinkReport:
    """Ask after one address: by HEAD, and by GET where a server does not answer that well."""
    try:
        return _follow(url, may_visit)
    except _Refused:
        return LinkReport(url, Verdict.REFUSED, _("it leads to an address that is not public."))
    except _NoSuchName:
        return LinkReport(url, Verdict.DEAD, _("there is no such site."))
    except ssl.SSLError:
        return LinkReport(url, Verdict.UNSURE, _("its certificate is not valid."))
    except (OSError, HTTPException, ValueError):
        return LinkReport(url, Verdict.UNSURE, _("it does not answer in time."))


def _follow(url: str, may_visit: MayVisit) -> LinkReport:
    address = url
    for _hop in range(MOST_REDIRECTS + 1):
        status, location = _best_answer(address, may_visit)
        if status not in {301, 302, 303, 307, 308} or not location:
            return _judged(url, status)
        address = urljoin(address, location)
    return LinkReport(url, Verdict.DEAD, _("it is redirected again and again."))


def _judged(url: str, status: int) -> LinkReport:
    if status < 400:
        return LinkReport(url, Verdict.FINE)
    verdict = Verdict.DEAD if status in {404, 410} else Verdict.UNSURE
    return LinkReport(url, verdict, _("it answers %(status)d.") % {"status": status})


def _best_answer(address: str, may_visit: MayVisit) -> tuple[int, str]:
    parts = urlsplit(iri_to_uri(address))
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise _Refused
    ip = _address_of(parts, may_visit)
    try:
        status, location = _request("HEAD", parts, ip)
    except (ConnectionError, HTTPException):
        return _request("GET", parts, ip)
    return (status, location) if status < 400 else _request("GET", parts, ip)


def _address_of(parts: SplitResult, may_visit: MayVisit) -> str:
    """Return the address to connect to. One that may not be visited spoils the name."""
    try:
        found = socket.getaddrinfo(parts.hostname, _port(parts), type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        if isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN:
            raise
        raise _NoSuchName from None
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    if not all(may_visit(ip_address(address)) for address in addresses):
        raise _Refused
    return addresses[0]


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


class _PinnedConnection(HTTPConnection):
    """A connection to an address that was judged, whatever the name has come to mean since."""

    def __init__(self, parts: SplitResult, ip: str) -> None:
        super().__init__(parts.hostname or "", _port(parts), timeout=TIMEOUT)
        self.is_tls, self.ip = parts.scheme == "https", ip
        self.default_port = 443 if self.is_tls else 80

    def connect(self) -> None:
        self.sock = socket.create_connection((self.ip, self.port), self.timeout)
        if self.is_tls:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


def _request(method: str, parts: SplitResult, ip: str) -> tuple[int, str]:
    """Return the status and the header Location. A server that drips its answer is cut off."""
    connection = _PinnedConnection(parts, ip)
    try:
        connection.connect()
        alarm = Timer(TIMEOUT, _hang_up, [connection])
        alarm.daemon = True
        alarm.start()
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request(method, target, headers={"User-Agent": AGENT, "Accept": "*/*"})
            answer = connection.getresponse()
            return answer.status, answer.getheader("Location") or ""
        finally:
            alarm.cancel()
    finally:
        connection.close()


def _hang_up(connection: HTTPConnection) -> None:
    try:
        connection.sock.shutdown(socket.SHUT_RDWR)
    except (OSError, AttributeError):
        return
