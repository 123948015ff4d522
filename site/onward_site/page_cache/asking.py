"""Which requests may be answered with a kept page, and under which name it is kept."""

from typing import NamedTuple
from wsgiref.types import WSGIEnvironment

from django.conf import settings

from onward_blog.shares.codes import PARAMETER


#: What campaigns and our own share links add to an address; no page reads any of it.
CAMPAIGN = frozenset(
    {PARAMETER, "dclid", "fbclid", "gclid", "igshid", "mc_cid", "mc_eid", "msclkid", "twclid", "yclid"}
)
CAMPAIGN_PREFIX = "utm_"

#: What a page is not made for: with these Django might answer that nothing has changed, or with a part.
CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE")


class Name(NamedTuple):
    """What an answer may depend on; nothing else in a request changes what an anonymous reader is sent."""

    host: str
    scheme: str
    root: str
    path: str


def name_of(environ: WSGIEnvironment) -> Name | None:
    """Return the name under which an answer to this request may be kept; None where it may be somebody's own."""
    if environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or "HTTP_AUTHORIZATION" in environ:
        return None
    if f"{settings.SESSION_COOKIE_NAME}=" in environ.get("HTTP_COOKIE", ""):
        return None
    if not _is_campaign(environ.get("QUERY_STRING", "")):
        return None
    return Name(
        _host(environ), _scheme(environ), environ.get("SCRIPT_NAME", ""), environ.get("PATH_INFO", "")
    )


def request_for_all(environ: WSGIEnvironment) -> WSGIEnvironment:
    """Return the request without what only one reader's browser says of it."""
    plain = {name: value for name, value in environ.items() if name not in CONDITIONS}
    return {**plain, "QUERY_STRING": ""}


def _is_campaign(query: str) -> bool:
    names = (part.partition("=")[0] for part in query.split("&") if part)
    return all(name in CAMPAIGN or name.startswith(CAMPAIGN_PREFIX) for name in names)


def _host(environ: WSGIEnvironment) -> str:
    """Return everything that Django may read the host from."""
    forwarded = environ.get("HTTP_X_FORWARDED_HOST", "") if settings.USE_X_FORWARDED_HOST else ""
    port = environ.get("HTTP_X_FORWARDED_PORT", "") if settings.USE_X_FORWARDED_PORT else ""
    own = environ.get("HTTP_HOST") or f"{environ.get('SERVER_NAME')}:{environ.get('SERVER_PORT')}"
    return f"{own} {forwarded} {port}"


def _scheme(environ: WSGIEnvironment) -> str:
    if settings.SECURE_PROXY_SSL_HEADER:
        header, secure = settings.SECURE_PROXY_SSL_HEADER
        if header in environ:
            return "https" if environ[header].split(",")[0].strip() == secure else "http"
    return str(environ.get("wsgi.url_scheme", "http"))
