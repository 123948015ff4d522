"""Open one more connection without keeping those waiting that are already under way."""

import threading

from .base import TransportError
from .connection import SmtpConnection
from .smtp import open_connection


class Opening:
    """A connection on its way, in a thread of its own: a server may take its time to greet, to encrypt and to log in."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_given_up = False
        self._found: SmtpConnection | TransportError | None = None
        threading.Thread(target=self._open, name="onward-newsletter-connection", daemon=True).start()

    def _open(self) -> None:
        try:
            found: SmtpConnection | TransportError = open_connection()
        except TransportError as error:
            found = error
        with self._lock:
            self._found = found
            if self._is_given_up and isinstance(found, SmtpConnection):
                found.close()

    def result(self) -> SmtpConnection | TransportError | None:
        """Return the connection, or why there is none, or None while it is not known yet."""
        with self._lock:
            return self._found

    def give_up(self) -> None:
        """Close the connection, now or as soon as it is there."""
        with self._lock:
            self._is_given_up = True
            if isinstance(self._found, SmtpConnection):
                self._found.close()
