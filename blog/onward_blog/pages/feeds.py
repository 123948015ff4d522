"""Atom feeds: everything, and each series for itself."""

from typing import Any

from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from wagtail.models import Site

from onward_blog.conf import blog_settings
from onward_blog.links import absolute
from onward_blog.serving import answer

from .models import ArticlePage, SeriesPage
from .queries import public_articles, public_series, with_series


class _ArticleFeed(Feed):  # type: ignore[type-arg]
    feed_type = Atom1Feed

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return answer(request, super().__call__(request, *args, **kwargs))  # type: ignore[return-value]

    def item_title(self, item: ArticlePage) -> str:
        return str(item.title)

    def item_description(self, item: ArticlePage) -> str:
        return item.description

    def item_link(self, item: ArticlePage) -> str:
        return absolute(item.get_absolute_url())

    def item_author_name(self, item: ArticlePage) -> str | None:
        return item.author.name if item.author else None

    def item_pubdate(self, item: ArticlePage) -> Any:
        return item.first_published_at

    def item_updateddate(self, item: ArticlePage) -> Any:
        return item.last_published_at

    def item_categories(self, item: ArticlePage) -> list[str]:
        return [item.series.title] if item.series else []


class Announcement:
    """The part that is announced, as an entry of its series' feed; it leaves the feed when the part is out."""

    def __init__(self, series: SeriesPage, announcer: ArticlePage) -> None:
        self.series, self.announcer = series, announcer
        self.title = _("Announced: %(question)s") % {"question": announcer.next_question}
        self.author = announcer.author
        self.first_published_at = announcer.last_published_at
        self.last_published_at = announcer.last_published_at

    @property
    def description(self) -> str:
        """Say which part it is, and when it is expected."""
        number = self.announcer.part_number + 1
        if self.announcer.next_expected is None:
            return _("Part %(number)d is being written.") % {"number": number}
        day = date_format(self.announcer.next_expected, "j F Y")
        return _("Part %(number)d is expected on %(day)s.") % {"number": number, "day": day}

    def get_absolute_url(self) -> str:
        """Return an address that no later announcement has: feeds know their entries by it."""
        return f"{self.series.next_part_path()}#part-{self.announcer.part_number + 1}"


class LatestFeed(_ArticleFeed):
    """The newest articles of every series."""

    def get_object(self, request: HttpRequest) -> str:
        site = Site.find_for_request(request)
        return (site and site.site_name) or _("Articles")

    def title(self, obj: str) -> str:
        return obj

    def link(self, obj: str) -> str:
        return absolute("/")

    def feed_url(self, obj: str) -> str:
        return absolute(reverse("onward_blog_pages:feed"))

    def items(self, obj: str) -> list[ArticlePage]:
        return with_series(public_articles()[: blog_settings().FEED_LENGTH])


class SeriesFeed(_ArticleFeed):
    """The parts of one series, the newest first."""

    def get_object(self, request: HttpRequest, series_slug: str) -> Any:
        site = Site.find_for_request(request)
        series = public_series().child_of(site.root_page).filter(slug=series_slug).first() if site else None
        if series is None:
            raise Http404
        return series

    def title(self, obj: SeriesPage) -> str:
        return str(obj.title)

    def subtitle(self, obj: SeriesPage) -> str:
        return obj.promise

    def link(self, obj: SeriesPage) -> str:
        return absolute(obj.get_absolute_url())

    def feed_url(self, obj: SeriesPage) -> str:
        return absolute(reverse("onward_blog_pages:series_feed", args=[obj.slug]))

    def items(self, obj: SeriesPage) -> list[Any]:
        articles = with_series(public_articles().child_of(obj)[: blog_settings().FEED_LENGTH])
        announcer = obj.announced_next()
        if announcer is None or not obj.next_part_path():
            return list(articles)
        return [Announcement(obj, announcer), *articles]
