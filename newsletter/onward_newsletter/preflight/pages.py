"""Links to the site itself, looked up without asking it: pages, redirects, files, and whatever else has an address."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

import swapper
from django.apps import apps
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import default_storage
from django.http import Http404
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from onward_newsletter import links
from onward_newsletter.models import Issue

from . import places
from .findings import Finding, error, warning


#: A piece of a route that is a word and stands for itself.
LITERAL = re.compile(r"\^?[\w.-]+\$?")


def about_page(issue: Issue) -> Iterator[Finding]:
    """Yield what readers would miss about the page that an issue mails."""
    page, link = issue.page, places.page_link(issue)
    if page is None:
        return
    if not page.live and page.approved_schedule:
        yield warning(
            _("The page is not published yet; it is scheduled."),
            _("See that the mail goes out after it."),
            link,
        )
    elif not page.live:
        yield error(
            _("The page is not published yet, so links to it lead nowhere."), _("Publish it first."), link
        )
    elif page.get_view_restrictions().exists():
        yield warning(
            _("The page is private, so not everybody who gets the mail can open it."),
            _("Make it public, or be sure that this is meant."),
            link,
        )


def is_own(url: str) -> bool:
    """Return whether an address is one of this site's."""
    return urlsplit(url).netloc.lower() == urlsplit(links.base_url()).netloc.lower()


def about_own_link(url: str, link: str) -> Iterator[Finding]:
    """Yield what is wrong with a link to this site; ``link`` is where it is put right."""
    path = unquote(urlsplit(url).path) or "/"
    page = _page_at(path)
    if page is None:
        if not _is_there(path):
            yield error(
                _("There is no page at %(path)s.") % {"path": path},
                _("Correct the link or take it out."),
                link,
            )
    elif not page.live:
        yield error(
            _("The page “%(title)s” is linked, and is not published.") % {"title": page.title},
            _("Publish it, or take the link out."),
            link,
        )
    elif page.get_view_restrictions().exists():
        yield warning(
            _("The page “%(title)s” is linked, and is private.") % {"title": page.title},
            _("Be sure that readers can open it, or take the link out."),
            link,
        )


def _root() -> Any | None:
    """Return the root page of the site whose address begins the links in mail."""
    sites = swapper.load_model("wagtailcore", "Site").objects.select_related("root_page")
    host = urlsplit(links.base_url()).hostname
    site = sites.filter(hostname=host).first() or sites.filter(is_default_site=True).first()
    return site.root_page if site else None


def _page_at(path: str) -> Any | None:
    root = _root()
    if root is None:
        return None
    within = root.url_path + path.strip("/") + ("/" if path.strip("/") else "")
    pages = swapper.load_model("wagtailcore", "Page").objects.filter(url_path=within)
    return pages.order_by("-live", "pk").first()


def _is_there(path: str) -> bool:
    media, static = (urlsplit(str(address)).path for address in (settings.MEDIA_URL, settings.STATIC_URL))
    if media not in {"", "/"} and path.startswith(media):
        return _is_file(path.removeprefix(media))
    if static not in {"", "/"} and path.startswith(static):
        return True
    return _is_view(path) or _is_redirect(path) or _is_part_of_a_page(path)


def _is_view(path: str) -> bool:
    """Return whether the project has a view of its own there, rather than one that serves whatever page there is.

    Such a view's route holds a word, as in "newsletter/<…>/"; what stands before it must be a page: "<…>/feed/".
    """
    try:
        route = resolve(path).route.split("/")
    except Resolver404:
        return False
    before = next((place for place, piece in enumerate(route) if LITERAL.fullmatch(piece)), None)
    if not before:
        return before == 0
    page = _page_at("/".join(path.strip("/").split("/")[:before]))
    return page is not None and page.live


def _is_file(name: str) -> bool:
    """Return whether this is an uploaded file that exists."""
    try:
        return default_storage.exists(name)
    except (OSError, ValueError, SuspiciousOperation):
        return False


def _is_redirect(path: str) -> bool:
    if not apps.is_installed("wagtail.contrib.redirects"):
        return False
    from wagtail.contrib.redirects.models import Redirect

    return bool(Redirect.objects.filter(old_path=Redirect.normalise_path(path)).exists())


def _is_part_of_a_page(path: str) -> bool:
    """Return whether a page with addresses of its own below it answers there (Wagtail's RoutablePage)."""
    pieces = [piece for piece in path.split("/") if piece]
    for end in range(len(pieces) - 1, -1, -1):
        if (page := _page_at("/" + "/".join(pieces[:end]))) is None:
            continue
        page = page.specific
        if not page.live or not hasattr(page, "resolve_subpage"):
            return False
        try:
            return bool(page.resolve_subpage("/" + "/".join(pieces[end:]) + "/"))
        except Http404:
            return False
    return False
