"""The dashboard's screens: all series, one series, one article. Opening them changes nothing."""

from typing import Any

import swapper
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from onward_blog.mixins import SeriesMixin

from .checklist import first_steps
from .dashboard import Book, read_book
from .decisions import decisions_of
from .files import by_article, by_day, csv_file
from .funnel import HEADINGS, columns
from .news import news_line
from .places import Place, may_edit_any, place_of, places_of
from .seen import mark_as_seen
from .summary import look_at_desk
from .views import ArticleView


class Screen(WagtailAdminTemplateMixin, View):
    """A screen of the dashboard: numbers of the articles that the account may edit, and of no others."""

    header_icon = "group"
    page_title: Any = gettext_lazy("Readers")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not may_edit_any(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        self.places = self.find_places(**kwargs)
        self.book = read_book(request.user, self.places)
        if kind := request.GET.get("csv"):
            return csv_file(rows_of(self.book, kind), self.file_name())
        response: HttpResponse = self.render_to_response(self.get_context_data())
        return response

    def find_places(self, **kwargs: Any) -> list[Place]:
        return places_of(self.request.user)

    def file_name(self) -> str:
        return str(self.page_title)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {
            **context,
            "book": self.book,
            "news": self.book.news,
            "news_line": news_line(self.book.new),
            "headings": [HEADINGS[column] for column in columns()],
            "part_headings": [HEADINGS[column] for column in columns(has_followers=False)],
        }


class ReadersView(Screen):
    """All series: what waits for a decision, what is new, and the numbers of each."""

    template_name = "onward_blog/desk/readers.html"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        series = [place for place in self.places if place.series]
        single = [place for place in self.places if not place.series]
        return {
            **super().get_context_data(**kwargs),
            "decisions": decisions_of(look_at_desk(self.request.user)),
            "series": [self.book.series_entry(place) for place in series],
            "single": [entry for place in single for entry in self.book.entries(place)],
            "trend": self.book.trend([page for place in self.places for page in place.ids]),
            "steps": first_steps() if self.book.is_empty else [],
        }


class SeriesView(Screen):
    """One series: how far its readers went, how it moved, and its parts."""

    template_name = "onward_blog/desk/series.html"

    def find_places(self, **kwargs: Any) -> list[Place]:
        pages = swapper.load_model("wagtailcore", "Page").objects
        self.series = get_object_or_404(pages, pk=kwargs["page_id"]).specific
        if not isinstance(self.series, SeriesMixin):
            raise Http404
        place = place_of(self.request.user, self.series)
        if not place.parts and not self.series.permissions_for_user(self.request.user).can_edit():
            raise PermissionDenied
        return [place]

    def file_name(self) -> str:
        return str(self.series.title)

    def get_page_subtitle(self) -> str:
        return str(self.series.title)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, _root(), {"url": "", "label": self.series.title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        (place,) = self.places
        return {
            **super().get_context_data(**kwargs),
            "series": self.series,
            "funnel": self.book.funnel(place.ids),
            "trend": self.book.trend(place.ids) if place.parts else None,
            "parts": self.book.entries(place),
        }


class NumbersView(ArticleView):
    """One article: how far its readers went, and how it moved."""

    template_name = "onward_blog/desk/numbers.html"
    page_title = gettext_lazy("Readers")
    header_icon = "group"

    def get(self, request: HttpRequest, page_id: int) -> HttpResponse:
        above = self.article.series
        self.place = place_of(request.user, above) if above else Place(None, [self.article])
        self.book = read_book(request.user, [self.place])
        if self.article.pk not in self.place.ids:
            raise Http404
        if request.GET.get("csv"):
            return csv_file(by_day(self.book.days([self.article.pk])), self.article.title)
        return super().get(request, page_id)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        items = [*self.breadcrumbs_items, _root()]
        if series := self.place.series:
            url = reverse("onward_blog_desk:series", args=[series.pk])
            items.append({"url": url, "label": series.title})
        return [*items, {"url": "", "label": self.article.title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        pages = [self.article.pk]
        return {
            **super().get_context_data(**kwargs),
            "book": self.book,
            "news": self.book.news,
            "news_line": news_line(self.book.news.of(pages)),
            "funnel": self.book.funnel(pages, has_followers=False),
            "trend": self.book.trend(pages, has_followers=False),
        }


class SeenView(View):
    """POST notes that the author has seen everything; there is nothing to GET."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        if not may_edit_any(request.user):
            raise PermissionDenied
        mark_as_seen(request.user)
        messages.success(request, _("Marked as seen. From now on, what comes in is shown as new."))
        return redirect("onward_blog_desk:readers")


def rows_of(book: Book, kind: str) -> Any:
    """Return the rows of the file asked for: "days", or else one for each article."""
    pages = [page for place in book.places for page in place.ids]
    return by_day(book.days(pages)) if kind == "days" else by_article(book)


def _root() -> dict[str, str]:
    return {"url": reverse("onward_blog_desk:readers"), "label": _("Readers")}
