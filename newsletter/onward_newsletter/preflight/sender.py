"""Who sends: an address of the site's own domain, a name, and where the law wants it, a postal address."""

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from onward_newsletter import links
from onward_newsletter.addresses import InvalidAddress, normalise_address
from onward_newsletter.models import Issue

from . import places
from .findings import Finding, error, warning


def about_sender(issue: Issue) -> Iterator[Finding]:
    """Yield what is missing or odd about the newsletter's sender."""
    newsletter, link = issue.newsletter, places.newsletter_link(issue)
    yield from _about_address(newsletter.sender_address, link)
    if not newsletter.sender_name.strip():
        yield warning(
            _("The sender has no name, so readers see an address only."), _("Give the sender a name."), link
        )
    if not newsletter.postal_address.strip():
        yield warning(
            _("The newsletter has no postal address. Many countries require one in every issue."),
            _("Add one; it stands at the end of each mail."),
            link,
        )


def _about_address(address: str, link: str) -> Iterator[Finding]:
    try:
        domain = normalise_address(address).rpartition("@")[2]
    except InvalidAddress:
        yield error(
            _("The sender's address is missing or not usable."), _("Give the newsletter an address."), link
        )
        return
    site = site_domain()
    if site and not is_of(domain, site) and not is_of(site, domain):
        yield warning(
            _("The sender's domain %(domain)s is not the site's, %(site)s.")
            % {"domain": domain, "site": site},
            _("Send from an address of the site's domain, whose DNS you can set."),
            link,
        )


def site_domain() -> str:
    """Return the domain of the site without "www.", or "" where it has none, as on a developer's machine."""
    host = (urlsplit(links.base_url()).hostname or "").removeprefix("www.")
    try:
        ip_address(host)
    except ValueError:
        return host if "." in host else ""
    return ""


def is_of(domain: str, parent: str) -> bool:
    """Return whether a domain is another one or a part of it."""
    return domain == parent or domain.endswith(f".{parent}")
