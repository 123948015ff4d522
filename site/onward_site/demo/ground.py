"""Where the demo keeps its data: what is the demo's own, whether it is complete, and who runs it."""

import contextlib
import fcntl
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path


class NotOurs(Exception):
    """The folder holds a site that the demo did not make."""


class AlreadyRunning(Exception):
    """Another process runs the demo in this folder."""


class PortTaken(Exception):
    """Something else listens there."""


class Ground:
    """The ``var`` folder as the demo sees it.

    The mark says who made the database: "loading" until everything is in it, then "loaded". A database without
    a mark is somebody's site, and the demo leaves it alone.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.database = directory / "onward.sqlite3"
        self._mark = directory / "demo"

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder; AlreadyRunning when another demo does."""
        self.directory.mkdir(parents=True, exist_ok=True)
        with (self.directory / "demo.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise AlreadyRunning from error
            yield

    def is_loaded(self) -> bool:
        return self.database.exists() and self._mark_says("loaded")

    def prepare(self, *, fresh: bool) -> None:
        """Clear away an unfinished demo, or with ``fresh`` a finished one; NotOurs when it is neither."""
        if self.database.exists() and not self._mark.exists():
            raise NotOurs
        if fresh or not self.is_loaded():
            self._clear()
            self._mark.write_text("loading\n")
        self.forget_messages()

    def mark_loaded(self) -> None:
        self._mark.write_text("loaded\n")

    def forget_messages(self) -> None:
        """Delete the broker and beat's memory: what is to be done stands in the database."""
        for path in (*self.directory.glob("broker.sqlite3*"), *self.directory.glob("beat*")):
            path.unlink(missing_ok=True)

    def _clear(self) -> None:
        for path in self.directory.glob("onward.sqlite3*"):
            path.unlink()
        for name in ("media", "mailbox", "cache", "log"):
            shutil.rmtree(self.directory / name, ignore_errors=True)

    def _mark_says(self, word: str) -> bool:
        return self._mark.exists() and self._mark.read_text().strip() == word


def require_free_port(port: int) -> None:
    """Raise PortTaken when something listens on 127.0.0.1 at this port, or may not be listened on."""
    with socket.socket() as listener:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            raise PortTaken from error
