"""The issues of a newsletter as an Atom feed."""

from typing import Any

from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed

from onward_newsletter import links
from onward_newsletter.conf import get_settings
from onward_newsletter.models import Issue, Newsletter

from .archive import listed_issues, mark


#: Issues in a feed.
LENGTH = 20


class IssueFeed(Feed):  # type: ignore[type-arg]
    """The newest issues that have gone out, each with its preview text and its page; nothing of any recipient."""

    feed_type = Atom1Feed

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if get_settings().ARCHIVE == "off":
            raise Http404
        return mark(super().__call__(request, *args, **kwargs))

    def get_object(self, request: HttpRequest, slug: str) -> Newsletter:
        return get_object_or_404(Newsletter, slug=slug)

    def title(self, newsletter: Newsletter) -> str:
        return newsletter.name

    def subtitle(self, newsletter: Newsletter) -> str:
        return newsletter.description

    def link(self, newsletter: Newsletter) -> str:
        return links.absolute(reverse("onward_newsletter:issues"))

    def feed_url(self, newsletter: Newsletter) -> str:
        return links.absolute(reverse("onward_newsletter:feed", args=[newsletter.slug]))

    def author_name(self, newsletter: Newsletter) -> str:
        return newsletter.sender_name

    def items(self, newsletter: Newsletter) -> list[Issue]:
        return list(listed_issues().filter(newsletter=newsletter)[:LENGTH])

    def item_title(self, item: Issue) -> str:
        return item.subject

    def item_description(self, item: Issue) -> str:
        return item.preview_text

    def item_link(self, item: Issue) -> str:
        return links.issue_url(item)

    def item_pubdate(self, item: Issue) -> Any:
        return item.finished_at

    def item_updateddate(self, item: Issue) -> Any:
        return item.finished_at
