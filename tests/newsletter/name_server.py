"""A small name server that answers for the domains a test makes up, over UDP on a port of its own."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rrset


@dataclass
class NameServer:
    """``records``: {(name, kind): [texts]}. A name in ``silent`` is never answered, one in ``broken`` by SERVFAIL."""

    port: int = 0
    records: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def txt(self, name: str, *texts: str) -> None:
        """Let a name have these TXT records, each in pieces of 255 as the DNS wants it."""
        pieces = ([text[at : at + 255] for at in range(0, len(text), 255)] for text in texts)
        self.records[name, "TXT"] = [" ".join(f'"{piece}"' for piece in some) for some in pieces]

    def answer(self, packet: bytes) -> bytes | None:
        query = dns.message.from_wire(packet)
        question = query.question[0]
        name, kind = str(question.name).rstrip(".").lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append(name)
        if name in self.silent:
            return None
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        if name in self.broken:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif found := self.records.get((name, kind)):
            response.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *found))
        elif not any(known == name for known, _kind in self.records):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response.to_wire()


@contextmanager
def name_server() -> Iterator[NameServer]:
    """Run a name server until the end of the block."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        door.bind(("127.0.0.1", 0))
        door.settimeout(0.1)
        server, is_over = NameServer(door.getsockname()[1]), threading.Event()

        def serve() -> None:
            while not is_over.is_set():
                try:
                    packet, whom = door.recvfrom(4096)
                except TimeoutError:
                    continue
                if response := server.answer(packet):
                    door.sendto(response, whom)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server
        finally:
            is_over.set()
            thread.join()
