"""The links of an issue: those to this site are looked up, those elsewhere are asked after by the author's button."""

import hashlib
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.core.cache import cache
from django.utils.translation import gettext as _

from onward_newsletter.mail_blocks import Block
from onward_newsletter.models import Issue
from onward_newsletter.rendering import RenderedIssue

from . import places
from .fetching import LinkReport, Verdict
from .findings import Finding, error, warning
from .pages import about_own_link, is_own


#: Links to other sites that are checked for one issue.
MOST_LINKS = 50
#: How long the answer of another site is believed, in seconds; bad news for a shorter time.
BELIEVED, DOUBTED = 3600, 600


def about_links(issue: Issue, rendered: RenderedIssue) -> Iterator[Finding]:
    """Yield what is wrong with the links, as far as is known without asking other sites."""
    seen: set[str] = set()
    for part, block in _blocks(rendered):
        where = places.block_link(issue, part, block)
        yield from _about_lost(block, where)
        for link in block.links:
            if link.url in seen or "%%" in link.url:
                continue
            seen.add(link.url)
            if _is_relative(link.given):
                yield _relative(link.given, where)
            elif is_own(link.url):
                yield from about_own_link(link.url, where)
            elif report := known_report(link.url):
                yield from _about_report(report, where)


def links_elsewhere(rendered: RenderedIssue) -> list[str]:
    """Return the addresses on other sites that an issue links to, in order, each once, at most MOST_LINKS."""
    urls = (link.url for _part, block in _blocks(rendered) for link in block.links)
    outside = (
        url for url in urls if "%%" not in url and urlsplit(url).scheme != "mailto" and not is_own(url)
    )
    return list(dict.fromkeys(outside))[:MOST_LINKS]


def _blocks(rendered: RenderedIssue) -> Iterator[tuple[str, Block]]:
    for part, blocks in rendered.parts.items():
        for block in blocks:
            yield part, block


def _is_relative(given: str) -> bool:
    """Return whether an address means another thing on another page; a mail stands on none."""
    parts = urlsplit(given)
    return not parts.scheme and not parts.netloc and not given.startswith("/")


def _relative(given: str, where: str) -> Finding:
    return error(
        _("The link %(link)s is relative, and a mail stands on no page.") % {"link": given},
        _("Write the whole address, with https:// in front."),
        where,
    )


def _about_lost(block: Block, where: str) -> Iterator[Finding]:
    for given in block.lost_links:
        yield warning(
            _("The link “%(link)s” leads nowhere in a mail, so only its words are there.") % {"link": given},
            _("Link to a page, or take the link out."),
            where,
        )


def _about_report(report: LinkReport, where: str) -> Iterator[Finding]:
    words = {"url": report.url, "note": report.note}
    if report.verdict in {Verdict.DEAD, Verdict.REFUSED}:
        cure = _("Correct the link or take it out.")
        yield error(_("The link %(url)s is dead: %(note)s") % words, cure, where)
    elif report.verdict == Verdict.UNSURE:
        cure = _("Open it yourself and look.")
        yield warning(_("The link %(url)s could not be checked: %(note)s") % words, cure, where)


# What the last check found


def known_report(url: str) -> LinkReport | None:
    """Return what the last check of an address found, or None when there was none lately."""
    try:
        found = cache.get(_key(url))
    except Exception:  # noqa: BLE001 (whatever cache there is: without it nothing is known)
        return None
    return LinkReport(url, Verdict(found[0]), found[1]) if found else None


def remember_report(report: LinkReport) -> None:
    """Keep what a check found, for everybody who looks at an issue with this link."""
    lasting = BELIEVED if report.verdict == Verdict.FINE else DOUBTED
    cache.set(_key(report.url), (str(report.verdict), report.note), lasting)


def _key(url: str) -> str:
    return "onward_newsletter:link:" + hashlib.sha256(url.encode()).hexdigest()
