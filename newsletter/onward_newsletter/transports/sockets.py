"""What is to be known of sockets that never block."""

import contextlib
import socket
import ssl
from typing import Protocol


#: What an operation on a socket says when it would have to wait.
NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)

#: Has what was received acknowledged at once; Linux forgets it again and again, and other systems have no such thing.
QUICK_ACK: int | None = getattr(socket, "TCP_QUICKACK", None)


class HasFileno(Protocol):
    """What can stand in a selector."""

    def fileno(self) -> int: ...


def acknowledge_at_once(sock: socket.socket) -> None:
    """Tell the other side at once that its reply has come.

    Many servers keep the next reply back until they know (RFC 896), and a system that has nothing to send tells them
    only after 40 ms (RFC 1122, 4.2.3.2).
    """
    if QUICK_ACK is not None:
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, QUICK_ACK, 1)
