"""A second connection to PostgreSQL: one statement runs there while this thread looks after other things.

Django waits for each statement. This one is sent, and asked for its result when there is time, or when the socket, which
can stand in a selector beside others, has something to read. Each statement is a transaction by itself.
"""

import contextlib
import selectors
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import DatabaseError, connection


#: Parameters: lists of whole numbers, or of texts.
Parameters = Sequence[Sequence[Any]]


class SecondConnection:
    """Opened by the first statement, and anew by the first one after a failure; to be closed."""

    def __init__(self) -> None:
        self._wrapper: Any = None
        #: Knows how values are written there.
        self._transformer: Any = None
        #: The names under which statements are prepared there, by their text.
        self._names: dict[str, bytes] = {}

    def fileno(self) -> int:
        return int(self._pgconn.socket)

    @property
    def _pgconn(self) -> Any:
        return self._wrapper.connection.pgconn

    def send(self, sql: str, parameters: Parameters) -> None:
        """Send a statement with ``$1``, ``$2`` … for its parameters; raises what the database raises."""
        if self._wrapper is None:
            self._open()
        with self._failing_for_good():
            self._send(sql, [self._dumped(values) for values in parameters])
            while self._pgconn.flush():
                self._wait(selectors.EVENT_WRITE)

    def _open(self) -> None:
        from psycopg.adapt import Transformer

        self._wrapper = connection.copy()
        # What is prepared here must not come back to somebody else; and a pool of one would never have a second.
        self._wrapper.settings_dict["OPTIONS"].pop("pool", None)
        with self._failing_for_good():
            self._wrapper.connect()
            self._transformer = Transformer(self._wrapper.connection)
            if self._may_prepare:
                with self._wrapper.cursor() as cursor:
                    cursor.execute("SET plan_cache_mode TO force_generic_plan")

    @property
    def _may_prepare(self) -> bool:
        """Not where server-side cursors are switched off.

        That is what Django asks for where a pool between it and PostgreSQL gives each transaction another connection.
        """
        return not self._wrapper.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]

    def _send(self, sql: str, values: Sequence[bytes]) -> None:
        """Prepare each statement once, so that it is planned once."""
        if not self._may_prepare:
            self._pgconn.send_query_params(sql.encode(), values)
            return
        if sql not in self._names:
            self._names[sql] = name = f"onward_{len(self._names)}".encode()
            self._check(self._pgconn.prepare(name, sql.encode()))
        self._pgconn.send_query_prepared(self._names[sql], values)

    def _dumped(self, values: Sequence[Any]) -> bytes:
        from psycopg.adapt import PyFormat

        array = list(values)
        return bytes(self._transformer.get_dumper(array, PyFormat.TEXT).dump(array) or b"")

    def result(self, *, wait: bool = False) -> int | None:
        """Return how many rows the statement changed, or None while it runs; raises what the database raises."""
        with self._failing_for_good():
            self._pgconn.consume_input()
            while self._pgconn.is_busy():
                if not wait:
                    return None
                self._wait(selectors.EVENT_READ)
                self._pgconn.consume_input()
            found = self._pgconn.get_result()
            while self._pgconn.get_result() is not None:
                pass
            self._check(found)
            return int(found.command_tuples or 0)

    def _wait(self, event: int) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self, event)
            selector.select()

    def _check(self, found: Any) -> None:
        """Raise what PostgreSQL answered, if that is an error."""
        from psycopg import OperationalError, errors, pq

        if found.status != pq.ExecStatus.COMMAND_OK:
            code = (found.error_field(pq.DiagnosticField.SQLSTATE) or b"").decode()
            try:
                kind = errors.lookup(code)
            except KeyError:
                kind = OperationalError
            raise kind(pq.error_message(found))

    @contextlib.contextmanager
    def _failing_for_good(self) -> Iterator[None]:
        """Raise Django's exceptions, and keep no connection of which nobody knows how it is."""
        try:
            with self._wrapper.wrap_database_errors:
                yield
        except DatabaseError:
            self.close()
            raise

    def close(self) -> None:
        """Forget the connection, whatever state it is in."""
        wrapper, self._wrapper, self._names = self._wrapper, None, {}
        if wrapper is not None:
            wrapper.close()
