"""The connections of one worker: opening them, and looking at all of them together."""

import time
from collections.abc import Iterator
from typing import Any

from .connection import SmtpConnection
from .opening import Opening
from .replies import Outcome
from .smtp import open_connection
from .sockets import HasFileno, Watch


#: The longest look at the sockets while other connections are being opened.
OPENING_NAP_SECONDS = 0.002

#: What became known, and where.
News = list[tuple[SmtpConnection, Outcome]]


class Pool:
    """Connections, and those on their way; never more than ``most``, or than the server wants."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._opening: list[Opening] = []
        self._connections: list[SmtpConnection] = []
        self._watch = Watch()

    def __iter__(self) -> Iterator[SmtpConnection]:
        return iter(self._connections)

    def __len__(self) -> int:
        return len(self._connections)

    @property
    def is_busy(self) -> bool:
        """Whether a connection has something to do."""
        return any(not connection.is_idle for connection in self._connections)

    @property
    def is_opening(self) -> bool:
        return bool(self._opening)

    @property
    def asked(self) -> list[Any]:
        """What was asked for and is not handed over."""
        return [connection.asked for connection in self._connections if connection.asked is not None]

    @property
    def is_asking(self) -> bool:
        """Whether a server is about to say "go ahead"."""
        return any(one.asked is not None and not one.is_ready for one in self._connections)

    @property
    def is_waiting(self) -> bool:
        """Whether a message was handed over, and its answer is not known or was not looked at."""
        return any(one.handed is not None or one.has_news for one in self._connections)

    @property
    def most_have_answered(self) -> bool:
        """Whether half of the connections or fewer wait for an answer, and one of them does."""
        waiting = sum(connection.is_waiting for connection in self._connections)
        return 0 < 2 * waiting <= len(self._connections)

    # Opening

    def wanted(self, *, alone: bool) -> int:
        """Return how many to open now: as many as there are, so that there are soon enough for a slow server.

        ``alone``: one is enough.
        """
        left = (1 if alone else self._most) - len(self._connections)
        return 0 if self._opening else max(0, min(left, len(self._connections) or 1))

    def open(self, number: int) -> None:
        """Begin to open so many; the first one is waited for, and raises what ``open_connection`` does."""
        if self._connections:
            self._opening += [Opening() for _number in range(number)]
        else:
            self._connections.append(open_connection())

    def take_opened(self) -> None:
        opening, self._opening = self._opening, []
        for one in opening:
            found = one.result()
            if found is None:
                self._opening.append(one)
            elif isinstance(found, SmtpConnection):
                self._connections.append(found)
            else:
                # The server wants no more connections than it has.
                self._most = max(1, len(self._connections))

    # Looking

    def look(self, until: float, beside: HasFileno | None = None) -> News:
        """Write and read what the sockets allow; with nothing to do wait, until a moment of ``time.monotonic``.

        News of ``beside`` end the waiting, too.
        """
        found = self._news(until, beside)
        now = time.monotonic()
        for connection in self._connections:
            if connection.is_open and now > connection.deadline:
                # Opening the first connection, or the database, may have kept us from looking.
                found += [(connection, outcome) for outcome in connection.time_out()]
        self.forget_closed()
        return found

    def forget_closed(self) -> None:
        """Keep connections that are open, or found out something that nobody has asked for yet."""
        self._connections = [one for one in self._connections if one.is_open or one.has_news]

    def _news(self, until: float, beside: HasFileno | None) -> News:
        found: News = []
        self._watch.forget_closed()
        for connection in self._connections:
            found += [(connection, outcome) for outcome in connection.flush()]
            self._watch.look_for(connection, connection.events)
        if not found:
            for connection in self._watch.seen(self._seconds(until), beside):
                outcomes = [*connection.flush(), *connection.receive()]
                found += [(connection, outcome) for outcome in outcomes]
        return found

    def _seconds(self, until: float) -> float:
        now = time.monotonic()
        moments = [until, *(connection.deadline for connection in self._connections)]
        if self._opening:
            moments.append(now + OPENING_NAP_SECONDS)
        return max(0.0, min(moments) - now)

    def abandon(self) -> None:
        """Forget what was asked for; what was handed over may still be answered."""
        for connection in self._connections:
            if connection.asked is not None:
                connection.abandon()

    def close(self) -> None:
        """Say goodbye everywhere at the same time, and have nothing opened any more."""
        for connection in self._connections:
            connection.say_goodbye()
        for connection in self._connections:
            connection.close()
        for one in self._opening:
            one.give_up()
        self._watch.close()
