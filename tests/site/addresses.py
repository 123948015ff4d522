"""Every address of the site that anybody may open, found in the URLconf, with values to put in."""

import re
from collections.abc import Callable, Iterator

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern


#: Parts of the site for people with an account, and other people's code that is tested where it lives.
NOT_PUBLIC = ("admin/", "documents/", "media/", "mailbox/")

#: Not the site's own idea of a number, a word, a token or a path.
NASTY = (
    "",
    "0",
    "-1",
    "1",
    "999999999",
    "2147483648",
    "9223372036854775808",
    "9" * 40,
    "9" * 5000,
    "1.5",
    "1e9",
    "NaN",
    "٣",
    "²",
    "0x10",
    "None",
    "null",
    "[]",
    "{}",
    '{"i": 1}',
    "[" * 2000 + "]" * 2000,
    "\x00",
    "a\x00b",
    "\r\nLocation: https://evil.example",
    "\n",
    "\ud800",
    "\udfff\ud800",
    "\ufffe",
    "\u202egnp.exe",
    "e" + "\u0301" * 500,
    "🙂" * 50,
    "ß@faß.example",
    "x" * 10_000,
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "%00",
    "%",
    "%s %(n)d {0} {{ 7|add:7 }}",
    "../../etc/passwd",
    "//evil.example",
    "/\\evil.example",
    "http://[",
    "a:b:c",
    "eyJpIjoxfQ:1abc:" + "A" * 43,
    ".eJw:1abc:x",
)


def public_patterns() -> Iterator[str]:
    """Return the route of every public address, as Django writes it: ``polls/<int:poll_id>/``."""
    yield from (route for route in _routes(get_resolver()) if not route.startswith(NOT_PUBLIC))


def _routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        here = before + _route_of(pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern, here)
        else:
            yield here


def _route_of(pattern: URLPattern | URLResolver) -> str:
    if isinstance(pattern.pattern, RoutePattern):
        return str(pattern.pattern)
    group = r"\((?:\?P<(\w+)>)?(?:[^()]|\([^()]*\))*\)"
    return re.sub(group, lambda found: f"<{found[1] or 'path'}>", str(pattern.pattern)).strip("^$")


def filled(route: str, value: Callable[[str, str], str]) -> str:
    """Return the path of a route with ``value(kind, name)`` in place of each parameter."""

    def one(found: "re.Match[str]") -> str:
        kind, _colon, name = found[1].rpartition(":")
        return value(kind, name)

    return "/" + re.sub(r"<([^>]*)>", one, route)


def parameters_of(route: str) -> list[str]:
    return [found.rpartition(":")[2] for found in re.findall(r"<([^>]*)>", route)]


def quoted(value: str) -> str:
    """Return a value as its bytes would stand in an address, lone surrogates included."""
    return "".join(f"%{byte:02X}" for byte in value.encode("utf-8", "surrogatepass"))
