"""What a page shows to be passed on with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Sum
from django.forms import Media, Script
from django.template.loader import render_to_string
from laces.components import Component

from onward_blog.links import absolute
from onward_blog.models import ShareCount

from .channels import CHANNELS, Channel
from .codes import PARAMETER, code_for


@dataclass(frozen=True)
class ShareWay:
    """One channel for one page."""

    channel: Channel
    #: The page's own address with the channel's code.
    url: str
    #: Where the channel is opened with that address in it; "" where the reader takes the address by hand.
    target: str


class ShareLinks(Component):
    """Ways to pass a page on, and how often that was done from here: the same bytes for every reader; one query."""

    template_name = "onward_blog/shares/links.html"

    def __init__(self, page: Any) -> None:
        self.page = page

    @property
    def media(self) -> Media:
        return Media(
            css={"all": ["onward_blog/shares.css"]},
            js=[Script("onward_blog/share-links.js", type="module")],  # type: ignore[list-item]
        )

    def get_context_data(self, parent_context: Any = None) -> Mapping[str, Any]:
        if not self.page.pk or not self.page.live:
            return {"page": self.page, "ways": []}
        ways = [share_way(self.page, channel) for channel in CHANNELS.values()]
        return {"page": self.page, "ways": ways, "count": share_count(self.page)}


def share_way(page: Any, channel: Channel) -> ShareWay:
    """Return how one channel passes this page on; every address begins with the site's base URL."""
    code = urlencode({PARAMETER: code_for(page.pk, channel.slug)})
    url = f"{absolute(page.get_absolute_url())}?{code}"
    return ShareWay(channel, url, channel.target(url=url, title=page.title))


def share_clicks(page: Any) -> int:
    """Return how often the page was passed on from here, all days and channels.

    One query, unless the query that found the page has counted already.
    """
    if (counted := getattr(page, "share_clicks", None)) is not None:
        return int(counted)
    return ShareCount.objects.filter(page_id=page.pk).aggregate(clicks=Sum("clicks"))["clicks"] or 0


def share_count(page: Any) -> str:
    """Return the element that says how often the page was passed on from here."""
    context = {"page": page, "clicks": share_clicks(page)}
    return render_to_string("onward_blog/shares/count.html", context)
