"""Asking the DNS. The only module that knows dnspython."""

from dataclasses import dataclass, field

import dns.exception
import dns.nameserver
import dns.rdatatype
import dns.resolver

from onward_newsletter.conf import get_settings


#: The wait for one question, over all servers and tries, in seconds.
TIMEOUT = 3.0


class LookupFailed(Exception):
    """The DNS did not answer, or not to the point; nothing can be said about the record."""


@dataclass
class Lookup:
    """Questions to the DNS. Each is asked once, and its answer kept as long as this object."""

    servers: tuple[str, ...] = field(default_factory=lambda: get_settings().DNS_SERVERS)
    timeout_s: float = TIMEOUT

    def __post_init__(self) -> None:
        self._known: dict[tuple[str, str], list[str] | LookupFailed] = {}
        self._resolver = dns.resolver.Resolver(configure=not self.servers)
        self._resolver.lifetime = self.timeout_s
        if self.servers:
            self._resolver.nameservers = [_name_server(server) for server in self.servers]

    def texts(self, name: str) -> list[str]:
        """Return the TXT records of a name, the pieces of each put together; [] where it has none."""
        return self.records(name, "TXT")

    def records(self, name: str, kind: str) -> list[str]:
        """Return the records of a kind as text; [] where there are none. Raises LookupFailed."""
        if (name, kind) not in self._known:
            self._known[name, kind] = self._ask(name, kind)
        answer = self._known[name, kind]
        if isinstance(answer, LookupFailed):
            raise answer
        return answer

    def _ask(self, name: str, kind: str) -> list[str] | LookupFailed:
        try:
            answer = self._resolver.resolve(name, kind, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError, ValueError) as error:
            return LookupFailed(f"{name} {kind}: {type(error).__name__}")
        return [_text(record) for record in answer]


def _text(record: object) -> str:
    strings = getattr(record, "strings", None)
    if strings is None:
        return str(record)
    return b"".join(strings).decode("utf-8", "replace")


def _name_server(server: str) -> dns.nameserver.Nameserver:
    host, _colon, port = server.rpartition(":") if server.count(":") == 1 else (server, "", "53")
    return dns.nameserver.Do53Nameserver(host, int(port))
