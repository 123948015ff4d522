"""Themes: made on the board; renamed, merged and deleted on a page of their own."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from onward_polls.actions.themes import (
    MAX_NAME,
    create_theme,
    delete_theme,
    merge_themes,
    move_theme,
    rename_theme,
    sort_words,
)
from onward_polls.desk.board import board_counts, find_words, number_in
from onward_polls.errors import PollError, ThemeGone
from onward_polls.models import Theme

from .screen import PollScreen, screen_url, way_back


class CreateThemeView(PollScreen):
    """Add a theme, and put the sentence it was made for into it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Add it, or say beside the board why not."""
        try:
            theme = create_theme(self.poll, request.POST.get("name", ""))
            if words := request.POST.get("words", ""):
                sort_words(find_words(self.poll, words), theme.pk)
                messages.success(
                    request, _("“%(theme)s” is a theme now, with this sentence.") % {"theme": theme}
                )
            else:
                messages.success(request, _("“%(theme)s” is a theme now.") % {"theme": theme})
        except PollError as error:
            messages.error(request, str(error))
        return HttpResponseRedirect(way_back(request, screen_url("board", self.poll)))


class ThemeView(PollScreen):
    """One theme: another name, into another theme, or away."""

    page_title = gettext_lazy("Theme")
    header_icon = "tag"
    template_name = "onward_polls/admin/theme.html"

    @cached_property
    def theme(self) -> Theme:
        return get_object_or_404(Theme, poll=self.poll, pk=self.kwargs["theme_id"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "theme": self.theme,
            "count": board_counts(self.poll)[f"theme-{self.theme.pk}"],
            "others": self.poll.themes.exclude(pk=self.theme.pk),
            "most": MAX_NAME,
            "board_url": f"{screen_url('board', self.poll)}?show=theme-{self.theme.pk}",
        }

    def post(self, request: HttpRequest, pk: int, theme_id: int) -> HttpResponse:
        """Do what the pressed button says."""
        deeds = {"rename": self._rename, "merge": self._merge, "delete": self._delete}
        by = {"up": -1, "down": 1}.get(request.POST.get("do", ""))
        if by:
            return self._move(by)
        try:
            show = deeds.get(request.POST.get("do", ""), self._rename)()
        except PollError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(request.path)
        return HttpResponseRedirect(f"{screen_url('board', self.poll)}?show={show}")

    def _move(self, by: int) -> HttpResponse:
        try:
            move_theme(self.theme, by=by)
        except PollError as error:
            messages.error(self.request, str(error))
        return HttpResponseRedirect(way_back(self.request, screen_url("board", self.poll)))

    def _rename(self) -> str:
        rename_theme(self.theme, self.request.POST.get("name", ""))
        messages.success(self.request, _("The theme is called “%(theme)s” now.") % {"theme": self.theme})
        return f"theme-{self.theme.pk}"

    def _merge(self) -> str:
        into = self.poll.themes.filter(pk=number_in(self.request.POST.get("into", ""))).first()
        if into is None:
            raise ThemeGone
        name = self.theme.name
        merge_themes(self.theme, into=into)
        messages.success(
            self.request, _("“%(theme)s” is part of “%(into)s” now.") % {"theme": name, "into": into}
        )
        return f"theme-{into.pk}"

    def _delete(self) -> str:
        name = self.theme.name
        delete_theme(self.theme)
        messages.success(
            self.request, _("“%(theme)s” is deleted; its sentences are unsorted.") % {"theme": name}
        )
        return "unsorted"


def theme_urls() -> list[URLPattern]:
    """Return the addresses of themes, for the viewset."""
    return [
        path("board/<int:pk>/themes/", CreateThemeView.as_view(), name="create_theme"),
        path("board/<int:pk>/themes/<int:theme_id>/", ThemeView.as_view(), name="theme"),
    ]
