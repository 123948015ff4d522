"""Proposed themes: asked for on the board, then read, renamed, merged, split, moved, dropped or accepted by the author."""

from collections.abc import Callable
from typing import Any

from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages

from onward_polls.actions import proposals as actions
from onward_polls.actions.suggesting import (
    IN_BACKGROUND,
    ask_for_themes,
    make_proposal,
    unsorted_words,
    why_no_suggestion,
)
from onward_polls.actions.themes import MAX_NAME
from onward_polls.desk.board import PAGE, number_in
from onward_polls.desk.proposals import review_of
from onward_polls.errors import PollError, ProposalGone
from onward_polls.models import ProposedTheme, ThemeProposal

from .screen import PollScreen, screen_url


class SuggestView(PollScreen):
    """Have themes proposed: within the request, or by a worker where that takes longer."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Propose them, and show them; or say on the board why not."""
        try:
            proposal = ask_for_themes(self.poll)
        except PollError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(screen_url("board", self.poll))
        if proposal.n < IN_BACKGROUND:
            make_proposal(proposal)
        return HttpResponseRedirect(screen_url("proposals", self.poll))


class ProposalScreen(PollScreen):
    """What the screens about a proposal share: one form, whose every button first saves the names that were typed."""

    header_icon = "group"

    @cached_property
    def proposal(self) -> ThemeProposal | None:
        return actions.proposal_of(self.poll)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "proposal": self.proposal,
            "most": MAX_NAME,
            "marked": self.request.POST.getlist("line"),
            "new_name": self.request.POST.get("new", ""),
            "board_url": screen_url("board", self.poll),
            "review_url": screen_url("proposals", self.poll),
            "suggest_url": screen_url("suggest_themes", self.poll),
            "left_url": screen_url("proposed_left", self.poll),
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Do what the pressed button says, all of it or nothing; what was typed stays in the form if it fails."""
        try:
            with transaction.atomic():
                where = self._act()
        except ProposalGone as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(screen_url("proposals", self.poll))
        except PollError as error:
            messages.error(request, str(error))
            response: HttpResponse = self.render_to_response(self.get_context_data())
            response.status_code = error.status
            return response
        return HttpResponseRedirect(where)

    def _act(self) -> str:
        if self.proposal is None or not self.proposal.is_ready:
            raise ProposalGone
        self._save_names(self.proposal)
        deed, _colon, pk = self.request.POST.get("do", "").partition(":")
        whole: dict[str, Callable[[ThemeProposal], str]] = {
            "move": self._move,
            "accept_all": self._accept_all,
            "discard": self._discard,
        }
        of_one: dict[str, Callable[[ProposedTheme], str]] = {
            "accept": self._accept,
            "merge": self._merge,
            "split": self._split,
            "drop": self._drop,
        }
        if deed in of_one:
            return of_one[deed](self._theme(pk))
        return whole[deed](self.proposal) if deed in whole else self._here()

    def _save_names(self, proposal: ThemeProposal) -> None:
        for theme in proposal.themes.all():
            name = self.request.POST.get(f"name-{theme.pk}", theme.name)
            if name != theme.name:
                actions.rename_proposed(theme, name)

    def _theme(self, pk: str) -> ProposedTheme:
        theme = ProposedTheme.objects.filter(proposal=self.proposal, pk=number_in(pk) or 0).first()
        if theme is None:
            raise ProposalGone
        return theme

    def _here(self, theme: ProposedTheme | None = None) -> str:
        return f"{self.request.get_full_path()}{f'#theme-{theme.pk}' if theme else ''}"

    def _accept(self, proposed: ProposedTheme) -> str:
        theme, n = actions.accept_proposed(proposed)
        text = ngettext(
            "“%(theme)s” is a theme now, with %(n)d sentence.",
            "“%(theme)s” is a theme now, with %(n)d sentences.",
            n,
        )
        messages.success(self.request, text % {"theme": theme, "n": n})
        return screen_url("proposals", self.poll)

    def _merge(self, proposed: ProposedTheme) -> str:
        into = self._theme(self.request.POST.get(f"into-{proposed.pk}", ""))
        actions.merge_proposed(proposed, into=into)
        return self._here(into)

    def _split(self, proposed: ProposedTheme) -> str:
        new = actions.split_proposed(proposed)
        messages.success(self.request, _("“%(new)s” is split off.") % {"new": new})
        return self._here(new)

    def _drop(self, proposed: ProposedTheme) -> str:
        actions.drop_proposed(proposed)
        messages.success(
            self.request, _("“%(theme)s” is dropped; its sentences stay unsorted.") % {"theme": proposed}
        )
        return screen_url("proposals", self.poll)

    def _move(self, proposal: ThemeProposal) -> str:
        lines = {line for text in self.request.POST.getlist("line") if (line := number_in(text)) is not None}
        if not lines:
            raise PollError(_("No sentence is marked. Mark those that belong elsewhere, then move them."))
        if name := self.request.POST.get("new", "").strip():
            into: ProposedTheme | None = actions.make_proposed(proposal, name)
        else:
            to = self.request.POST.get("to", "")
            into = self._theme(to) if to else None
        n = actions.move_words(proposal, lines, into=into)
        text = ngettext("%(n)d sentence is moved.", "%(n)d sentences are moved.", n)
        messages.success(self.request, text % {"n": n})
        return self._here(into)

    def _accept_all(self, proposal: ThemeProposal) -> str:
        n = actions.accept_all(proposal)
        text = ngettext("%(n)d theme is accepted.", "%(n)d themes are accepted.", n) % {"n": n}
        messages.success(self.request, f"{text} {_('What fitted nowhere is still unsorted.')}")
        return screen_url("board", self.poll)

    def _discard(self, proposal: ThemeProposal) -> str:
        actions.discard_proposal(proposal)
        messages.success(self.request, _("The proposals are gone. Nothing on the board has changed."))
        return screen_url("board", self.poll)


class ProposalsView(ProposalScreen):
    """All proposed themes, and what fits nowhere."""

    page_title = gettext_lazy("Suggested themes")
    template_name = "onward_polls/admin/proposals.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        proposal = self.proposal
        is_ready = proposal is not None and proposal.is_ready
        review = review_of(proposal, self.request.POST.dict()) if proposal and is_ready else None
        return {
            **super().get_context_data(**kwargs),
            "review": review,
            "themes": [card.theme for card in review.cards] if review else [],
            "why_not": "" if proposal else why_no_suggestion(unsorted_words(self.poll).count()),
        }


class ProposedThemeView(ProposalScreen):
    """Every sentence of one proposed theme, or of what fits nowhere, to be marked and moved."""

    page_title = gettext_lazy("Suggested theme")
    template_name = "onward_polls/admin/proposed_theme.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        theme_id = self.kwargs.get("theme_id")
        theme = get_object_or_404(ProposedTheme, pk=theme_id, proposal__poll=self.poll) if theme_id else None
        review = review_of(self.proposal) if self.proposal else None
        cards = [*review.cards, review.left] if review else []
        card = next((card for card in cards if card.theme == theme), None)
        page = Paginator(card.lines if card else [], PAGE).get_page(self.request.GET.get("page"))
        themes = [card.theme for card in cards if card.theme and card.theme != theme]
        return {**super().get_context_data(**kwargs), "card": card, "page": page, "themes": themes}


def proposal_urls() -> list[URLPattern]:
    """Return the addresses of proposed themes, for the viewset."""
    return [
        path("board/<int:pk>/suggest/", SuggestView.as_view(), name="suggest_themes"),
        path("board/<int:pk>/proposals/", ProposalsView.as_view(), name="proposals"),
        path("board/<int:pk>/proposals/left/", ProposedThemeView.as_view(), name="proposed_left"),
        path("board/<int:pk>/proposals/<int:theme_id>/", ProposedThemeView.as_view(), name="proposed_theme"),
    ]
