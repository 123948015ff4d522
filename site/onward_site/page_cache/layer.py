"""The WSGI application around Django that answers with kept pages."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from onward_blog import versions

from .asking import Name, name_of, request_for_all
from .pages import Headers, Shelf, may_be_kept, page_from


log = logging.getLogger(__name__)

#: How long nobody asks for the version of the site again after the cache did not answer, in seconds.
REST_SECONDS = 5
#: How long one thread waits for another that makes the same page, in seconds.
WAIT_SECONDS = 10
#: How long a name whose answer could not be kept is left to Django, in seconds; and how many names are remembered.
PASS_SECONDS = 60
MOST_PASSED = 5_000


class PageCache:
    """Answer a session-less GET from the pages kept, and everything else by the application inside.

    Only what an answer itself calls public is kept (``s-maxage``), for no longer than it says, and no longer than until
    anything public changes: every process sees the new version of the site with its next request. A page whose time has
    come is made once, while others of the same process wait for it. If it cannot be made, because the database is away,
    readers get the old one for up to a day, unless something was changed since: it may hold what was taken back.
    """

    def __init__(self, application: WSGIApplication, *, megabytes: int) -> None:
        self.application = application
        self.shelf = Shelf(megabytes * 1_000_000)
        self.passed: dict[Name, float] = {}
        self.flights: dict[Name, threading.Lock] = {}
        self.flights_lock = threading.Lock()
        self.resting_until = 0.0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        name = name_of(environ)
        if name is None or self._is_passed(name):
            return self.application(environ, start_response)
        page = self.shelf.find(name)
        if page and page.is_fresh(self._version()):
            return page.send(environ, start_response)
        if environ["REQUEST_METHOD"] == "HEAD":
            return self.application(environ, start_response)
        with self._alone(name):
            return self._made(name, environ, start_response)

    def _made(self, name: Name, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer with the page another thread has made meanwhile, or with what Django says now."""
        version = self._version()
        old = self.shelf.find(name)
        if old and old.is_fresh(version):
            return old.send(environ, start_response)
        status, headers, answer = _asked(self.application, request_for_all(environ))
        if may_be_kept(status, headers):
            page = page_from(headers, _read(answer), version)
            self.shelf.keep(name, page)
            return page.send(environ, start_response)
        if status.startswith("5") and old and old.may_be_late(version):
            _read(answer)
            log.warning("%s could not be made anew (%s): readers get the page of before.", name.path, status)
            return old.send(environ, start_response)
        self._pass(name)
        start_response(status, headers)
        return answer

    def _version(self) -> str:
        """Return the version of the site; empty if the cache is away, and then for a few seconds."""
        if time.monotonic() < self.resting_until:
            return ""
        try:
            return versions.of_site()
        except Exception:
            self.resting_until = time.monotonic() + REST_SECONDS
            log.warning("The cache did not answer: pages are kept for as long as they say.", exc_info=True)
            return ""

    def _is_passed(self, name: Name) -> bool:
        return time.monotonic() - self.passed.get(name, -PASS_SECONDS) < PASS_SECONDS

    def _pass(self, name: Name) -> None:
        self.shelf.drop(name)
        if len(self.passed) >= MOST_PASSED:
            self.passed.clear()
        self.passed[name] = time.monotonic()

    @contextmanager
    def _alone(self, name: Name) -> Iterator[None]:
        """Let one thread at a time make a page; whoever has waited long goes on all the same."""
        with self.flights_lock:
            flight = self.flights.setdefault(name, threading.Lock())
        got = flight.acquire(timeout=WAIT_SECONDS)
        try:
            yield
        finally:
            if got:
                flight.release()
            with self.flights_lock:
                if not flight.locked():
                    self.flights.pop(name, None)


def _asked(application: WSGIApplication, environ: WSGIEnvironment) -> tuple[str, Headers, Iterable[bytes]]:
    """Return what an application answers. Django says status and headers before it returns, and writes nothing."""
    said: list[tuple[str, Headers]] = []

    def start_response(
        status: str, headers: Headers, exc_info: object = None, /
    ) -> Callable[[bytes], object]:
        said[:] = [(status, headers)]
        return _refuse_to_write

    answer = application(environ, start_response)
    return *said[0], answer


def _refuse_to_write(data: bytes) -> None:
    raise TypeError("The application inside must return its answer, not write it.")


def _read(answer: Iterable[bytes]) -> bytes:
    """Return all of an answer, and let go of what it holds."""
    try:
        return b"".join(answer)
    finally:
        close = getattr(answer, "close", None)
        if close:
            close()
