"""The pages that a process keeps, each with the bytes it is sent as."""

import gzip
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from wsgiref.types import StartResponse, WSGIEnvironment

import brotli
from django.utils.http import parse_etags

from .asking import Name


Headers = list[tuple[str, str]]

SHARED_SECONDS = re.compile(r"(?:^|[\s,])s-maxage=(\d+)")
COMPRESSIBLE = re.compile(r"text/|application/(?:json|xml|rss\+xml|atom\+xml|xhtml\+xml)|image/svg")
#: Below this many bytes compressing saves no packet.
WORTH_IT = 600
#: How long a page may be sent after its time, where Django cannot make a new one (RFC 5861, stale-if-error).
STALE_SECONDS = 24 * 60 * 60


@dataclass
class Page:
    """An answer that every anonymous reader is sent."""

    headers: Headers
    body: bytes
    #: For how many seconds shared caches may keep it, as it says itself.
    seconds: int
    #: The version of the site before it was made; empty where that could not be read.
    version: str
    made_at: float = field(default_factory=time.monotonic)
    #: Its bytes by content coding, made when somebody first asks for them.
    coded: dict[str, bytes] = field(default_factory=dict)

    @property
    def age(self) -> float:
        """Seconds since it was made."""
        return time.monotonic() - self.made_at

    @property
    def size(self) -> int:
        """Bytes it takes at most, with every coding."""
        return 2 * len(self.body) + 1000

    def is_fresh(self, version: str) -> bool:
        """Whether it may still be sent. ``version`` is the site's now; empty where that could not be read."""
        return self.age < self.seconds and (version == self.version or not version)

    def may_be_late(self, version: str) -> bool:
        """Whether it may be sent after its time: only if nothing was withdrawn, hidden or changed since it was made."""
        return self.age < STALE_SECONDS and (version == self.version or not version)

    def send(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer with this page, or say that the reader has it already (RFC 9110, 13.1.2)."""
        coding = self._coding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        headers = [*self._headers(coding), ("Age", str(int(self.age)))]
        if self._is_known(environ.get("HTTP_IF_NONE_MATCH", "")):
            start_response("304 Not Modified", headers)
            return [b""]
        body = self._body(coding)
        headers.append(("Content-Length", str(len(body))))
        start_response("200 OK", headers)
        return [b""] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _coding(self, accepted: str) -> str:
        """Return the content coding to send; empty for the bytes as they are."""
        if len(self.body) < WORTH_IT or not COMPRESSIBLE.match(self._header("content-type")):
            return ""
        wanted = {
            name.strip().lower()
            for name, _semicolon, quality in (part.partition(";") for part in accepted.split(","))
            if quality.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
        }
        return next((coding for coding in ("br", "gzip") if coding in wanted), "")

    def _body(self, coding: str) -> bytes:
        if not coding:
            return self.body
        if coding not in self.coded:
            self.coded[coding] = _brotli(self.body) if coding == "br" else _gzip(self.body)
        return self.coded[coding]

    def _headers(self, coding: str) -> Headers:
        """Return the headers for a coding; each has an ETag of its own (RFC 9110, 8.8.3)."""
        headers = [*self.headers, ("Vary", "Accept-Encoding")]
        if not coding:
            return headers
        named = [
            (name, f'{value[:-1]}-{coding}"' if name.lower() == "etag" else value) for name, value in headers
        ]
        return [*named, ("Content-Encoding", coding)]

    def _is_known(self, if_none_match: str) -> bool:
        etag = self._header("etag")
        if not if_none_match or not etag:
            return False
        known = {
            re.sub(r'(?:-br|-gzip)"$', '"', one.removeprefix("W/")) for one in parse_etags(if_none_match)
        }
        return "*" in known or etag.removeprefix("W/") in known

    def _header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")


def page_from(headers: Headers, body: bytes, version: str) -> Page:
    """Return the page that Django has just answered with, if ``may_be_kept`` says so."""
    kept = [(name, value) for name, value in headers if name.lower() not in {"content-length", "vary"}]
    return Page(kept, body, shared_seconds(headers), version)


def may_be_kept(status: str, headers: Headers) -> bool:
    """Whether an answer says itself that it is everybody's, and nothing in it is one reader's."""
    names = {name.lower() for name, _value in headers}
    varies = {
        one.strip().lower() for name, value in headers if name.lower() == "vary" for one in value.split(",")
    }
    own = names & {"set-cookie", "content-encoding", "content-range"} or varies - {"accept-encoding", ""}
    return status.startswith("200 ") and shared_seconds(headers) > 0 and not own


def shared_seconds(headers: Headers) -> int:
    """Return for how many seconds shared caches may keep an answer (RFC 9111, 5.2.2.10); 0 for not at all."""
    control = ",".join(value for name, value in headers if name.lower() == "cache-control").lower()
    found = SHARED_SECONDS.search(control)
    if not found or "private" in control or "no-store" in control or "no-cache" in control:
        return 0
    return int(found[1])


def _brotli(body: bytes) -> bytes:
    return bytes(brotli.compress(body, quality=5))


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=6, mtime=0)


class Shelf:
    """Pages by name, up to a number of bytes; what was not asked for longest goes first."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.taken = 0
        self.pages: OrderedDict[Name, Page] = OrderedDict()
        self.lock = threading.Lock()

    def find(self, name: Name) -> Page | None:
        """Return the page kept under a name, fresh or not."""
        with self.lock:
            page = self.pages.get(name)
            if page:
                self.pages.move_to_end(name)
            return page

    def keep(self, name: Name, page: Page) -> None:
        """Keep a page in the place of the one before."""
        with self.lock:
            self._drop(name)
            if page.size <= self.room:
                self.pages[name] = page
                self.taken += page.size
            while self.taken > self.room:
                self._drop(next(iter(self.pages)))

    def drop(self, name: Name) -> None:
        """Keep nothing under a name any more."""
        with self.lock:
            self._drop(name)

    def _drop(self, name: Name) -> None:
        page = self.pages.pop(name, None)
        self.taken -= page.size if page else 0
