"""What is to be known of sockets that never block."""

import contextlib
import selectors
import socket
import ssl
from typing import Any, Protocol


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


class Watch:
    """Looks at many sockets. What is looked for stays from one look to the next, as most of it does not change."""

    #: To change what is looked for costs this one no system call.
    _Selector: Any = getattr(selectors, "PollSelector", selectors.DefaultSelector)

    def __init__(self) -> None:
        self._selector = self._Selector()
        self._events: dict[HasFileno, int] = {}

    def look_for(self, one: HasFileno, events: int) -> None:
        """Look for these events there from now on; for nothing where they are 0."""
        if self._events.get(one, 0) != events:
            if self._events.pop(one, 0):
                self._selector.unregister(one)
            if events:
                self._selector.register(one, events)
                self._events[one] = events

    def forget_closed(self) -> None:
        """To be called before new ones are looked at, which may have the numbers of those that were closed."""
        for one in [one for one in self._events if one.fileno() < 0]:
            self.look_for(one, 0)

    def seen(self, seconds: float, beside: HasFileno | None = None) -> list[Any]:
        """Wait for so long at most; return where something is to be seen. Something to read ``beside`` ends it, too."""
        if beside is not None:
            self.look_for(beside, selectors.EVENT_READ)
        try:
            found = self._selector.select(seconds)
        finally:
            if beside is not None:
                # Its socket may be another one by the next look.
                self.look_for(beside, 0)
        return [key.fileobj for key, _events in found if key.fileobj is not beside]

    def close(self) -> None:
        """Forget all of them."""
        self._selector.close()
