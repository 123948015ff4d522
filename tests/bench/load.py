"""A small, fast load generator: many connections that stay open, each waiting for its answer before it asks again.

Run as a program it reads a file of requests and prints one JSON object:
{"seconds", "took": [milliseconds], "statuses": {status: number}}. Requests are written in advance and sent once each,
over raw sockets, so that asking costs far less than answering.
"""

import json
import re
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from .measuring import Round, round_of


LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
ROOT = Path(__file__).resolve().parents[2]


def request(method: str, path: str, body: str = "", **headers: str) -> str:
    """Write one request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if method == "POST":
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", body])


def fire(
    port: int, requests: Sequence[str], *, connections: int, allowed: Sequence[int] = (200, 303)
) -> Round:
    """Send these requests from another process; raise RuntimeError if one was answered otherwise than allowed."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"port": port, "connections": connections, "requests": list(requests)}, file)
        file.flush()
        command = [sys.executable, "-m", "tests.bench.load", file.name]
        done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    outcome = json.loads(done.stdout)
    wrong = {status: n for status, n in outcome["statuses"].items() if int(status) not in allowed}
    if wrong:
        raise RuntimeError(f"Some answers had another status than {allowed}: {wrong}.")
    return round_of(outcome["took"], outcome["seconds"])


class Line:
    """One open connection, and how far its answer has come."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.began = 0.0
        self.received = b""

    def ask(self, message: bytes) -> None:
        self.received = b""
        self.began = time.perf_counter()
        self.socket.sendall(message)

    def status_if_answered(self) -> int | None:
        """Read what has come; return the status once the answer is complete."""
        more = self.socket.recv(262_144)
        if not more:
            raise ConnectionError("The server closed a connection that was to stay open.")
        self.received += more
        end = self.received.find(b"\r\n\r\n")
        if end < 0:
            return None
        found = LENGTH.search(self.received, 0, end)
        if found is None:
            raise ConnectionError(f"An answer has no length: {self.received[:end]!r}")
        if len(self.received) < end + 4 + int(found[1]):
            return None
        return int(self.received[9:12])


def main(path: str) -> None:
    """Send every request of the file once and print how it went."""
    content = json.loads(Path(path).read_text())
    waiting = [message.encode() for message in reversed(content["requests"])]
    took: list[float] = []
    statuses: Counter[int] = Counter()
    selector = selectors.DefaultSelector()
    lines = [Line(content["port"]) for _ in range(content["connections"])]
    open_lines = len(lines)
    began = time.perf_counter()
    for line in lines:
        selector.register(line.socket, selectors.EVENT_READ, line)
        line.ask(waiting.pop())
    while open_lines:
        for key, _events in selector.select(60):
            line = key.data
            status = line.status_if_answered()
            if status is None:
                continue
            took.append((time.perf_counter() - line.began) * 1000)
            statuses[status] += 1
            if waiting:
                line.ask(waiting.pop())
            else:
                selector.unregister(line.socket)
                open_lines -= 1
    seconds = time.perf_counter() - began
    sys.stdout.write(json.dumps({"seconds": seconds, "took": took, "statuses": statuses}))


if __name__ == "__main__":
    main(sys.argv[1])
