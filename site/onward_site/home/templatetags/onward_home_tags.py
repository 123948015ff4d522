"""Tags for the frame of every page of the site."""

from django import template

from onward_site.home.navigation import Entry, entries


register = template.Library()


@register.simple_tag
def navigation() -> list[Entry]:
    """Return what the header links to: ``{% navigation as entries %}``, each with ``title`` and ``url``."""
    return entries()
