"""The words board: what readers wrote, to be sorted into themes by keyboard, by drag or by plain forms."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, path
from django.utils.formats import number_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from onward_polls.actions.proposals import proposal_of
from onward_polls.actions.suggesting import why_no_suggestion
from onward_polls.actions.themes import sort_words, star_words
from onward_polls.desk.board import (
    Selection,
    board_counts,
    find_words,
    number_in,
    page_of_words,
)
from onward_polls.desk.write_ins import write_ins
from onward_polls.errors import PollError, WordsGone
from onward_polls.models import Ballot, Theme

from .cards import card_of
from .screen import PollScreen, screen_url, way_back


#: How many different texts beside “other” are listed, the most frequent first.
MOST_TEXTS = 30


class BoardView(PollScreen):
    """A page of sentences beside the themes they go into."""

    page_title = gettext_lazy("Words board")
    header_icon = "openquote"
    template_name = "onward_polls/admin/board.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        selection = Selection.read(self.request.GET.dict())
        counts = board_counts(self.poll)
        themes = list(self.poll.themes.all())
        page = page_of_words(self.poll, selection)
        here = self.request.get_full_path()
        return {
            **super().get_context_data(**kwargs),
            "selection": selection,
            "counts": counts,
            "shows": [_show(name, label, selection, counts) for name, label in _SHOWS.items()],
            "themes": [_theme(theme, place, selection, counts) for place, theme in enumerate(themes, 1)],
            "theme": next((theme for theme in themes if theme.pk == selection.theme_id), None),
            "cards": [card_of(ballot, themes) for ballot in page.ballots],
            "earlier": _address(page.earlier),
            "later": _address(page.later),
            "beside_other": write_ins(self.poll)[:MOST_TEXTS],
            "promote_url": screen_url("promote", self.poll),
            "board_url": screen_url("board", self.poll),
            "note_url": screen_url("note_words", self.poll),
            "create_url": screen_url("create_theme", self.poll),
            "proposal": proposal_of(self.poll),
            "why_not": why_no_suggestion(counts["unsorted"]),
            "suggest_url": screen_url("suggest_themes", self.poll),
            "review_url": screen_url("proposals", self.poll),
            "here": here,
        }


class NoteView(PollScreen):
    """Take one note about one sentence: its theme, or its star."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Note it, and answer a script with the new counts and everybody else with the board."""
        try:
            ballot = find_words(self.poll, request.POST.get("words", ""))
            said = self._note(ballot)
        except PollError as error:
            return self._refuse(error)
        if not wants_json(request):
            messages.success(request, said)
            return HttpResponseRedirect(
                f"{way_back(request, screen_url('board', self.poll))}#words-{ballot.uuid}"
            )
        counts = {name: number_format(n, force_grouping=True) for name, n in board_counts(self.poll).items()}
        return JsonResponse({"said": said, "counts": counts})

    def _note(self, ballot: Ballot) -> str:
        if "starred" in self.request.POST:
            starred = self.request.POST["starred"] == "1"
            star_words(ballot, starred=starred)
            return _("Starred.") if starred else _("No longer starred.")
        theme = sort_words(ballot, number_in(self.request.POST.get("theme", "")))
        return _("Sorted into “%(theme)s”.") % {"theme": theme} if theme else _("Not in a theme any more.")

    def _refuse(self, error: PollError) -> HttpResponse:
        if wants_json(self.request):
            return JsonResponse(
                {"said": str(error), "gone": isinstance(error, WordsGone)}, status=error.status
            )
        messages.error(self.request, str(error))
        return HttpResponseRedirect(way_back(self.request, screen_url("board", self.poll)))


def wants_json(request: HttpRequest) -> bool:
    """Whether a script asks, and reads the answer itself."""
    return request.headers.get("Accept") == "application/json"


_SHOWS = {
    "unsorted": gettext_lazy("Unsorted"),
    "all": gettext_lazy("All"),
    "starred": gettext_lazy("Starred"),
    "quotable": gettext_lazy("Quotable"),
}


def _show(name: str, label: Any, selection: Selection, counts: dict[str, int]) -> dict[str, Any]:
    return {
        "name": name,
        "label": label,
        "url": _address(Selection(name)),
        "count": counts[name],
        "is_current": selection.show == name,
    }


def _theme(theme: Theme, place: int, selection: Selection, counts: dict[str, int]) -> dict[str, Any]:
    name = f"theme-{theme.pk}"
    return {
        **_show(name, theme.name, selection, counts),
        "pk": theme.pk,
        "key": place if place < 10 else None,
        "edit_url": screen_url("theme", theme.poll_id, theme.pk),
    }


def _address(selection: Selection | None) -> str:
    """Return the address of a selection, or nothing where there is none to go to."""
    if selection is None:
        return ""
    named = {
        "show": selection.show,
        "q": selection.search,
        "after": selection.after,
        "before": selection.before,
    }
    return "?" + urlencode({name: value for name, value in named.items() if value})


def board_urls() -> list[URLPattern]:
    """Return the addresses of the board, for the viewset."""
    return [
        path("board/<int:pk>/", BoardView.as_view(), name="board"),
        path("board/<int:pk>/note/", NoteView.as_view(), name="note_words"),
    ]
