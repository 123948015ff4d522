"""The author's way from what readers said to the next part: writing it, and bringing its draft up to date."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from onward_blog.responses.registry import left_out
from onward_blog.roundups.components import ROLES
from onward_blog.roundups.document import compile_document
from onward_blog.roundups.errors import NextPartError
from onward_blog.roundups.holding import check_may_change, open_elsewhere
from onward_blog.roundups.next_part import find_draft, holds_answers, may_write_next_part, write_next_part
from onward_blog.roundups.reading import Reading
from onward_blog.roundups.refreshing import Refresh, plan_refresh, refresh_draft

from .views import ArticleView


class NextPartView(ArticleView):
    """GET says what would happen; POST writes the draft, or finds it, and opens it in the editor."""

    template_name = "onward_blog/desk/next_part.html"
    page_title = gettext_lazy("Write the next part")
    header_icon = "arrow-right"

    def may(self) -> bool:
        return may_write_next_part(self.article, self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        compiled = compile_document(self.article, None, None)
        draft = find_draft(self.article)
        is_filled = draft is not None and holds_answers(draft, self.article)
        return {
            **super().get_context_data(**kwargs),
            "reading": Reading(compiled.data),
            "quotable": len(compiled.quotes),
            "left_out": left_out(self.article),
            "draft": draft,
            "is_filled": is_filled,
            "has_news": is_filled and _news(draft),
            "asked_again": _asked_again(draft, self.article) if draft else [],
            "open_elsewhere": open_elsewhere(draft, self.request.user) if draft else [],
        }

    def post(self, request: HttpRequest, page_id: int) -> HttpResponse:
        before = find_draft(self.article)
        was_filled = before is not None and holds_answers(before, self.article)
        try:
            draft = write_next_part(self.article, user=request.user)
        except NextPartError as error:
            messages.error(request, str(error))
            return redirect("onward_blog_desk:responses", page_id)
        if was_filled:
            _say_what_is_new(request, draft)
        else:
            _say_what_is_in(request, draft, self.article)
        return redirect("wagtailadmin_pages:edit", draft.pk)


def _asked_again(draft: Any, article: Any) -> list[Any]:
    if not apps.is_installed("onward_polls"):
        return []
    from onward_blog.responses.polls.asked import asked_again_in

    return asked_again_in(draft, article)


def _say_what_is_in(request: HttpRequest, draft: Any, article: Any) -> None:
    sentences = [_("What readers said is at the head of this draft, frozen as of now.")]
    asked = _asked_again(draft, article)
    for again in asked:
        sentences.append(_("At its end it asks again: “%(question)s”") % {"question": again.wording})
        sentences += [
            _("Readers’ own answer “%(text)s” is offered this time.") % {"text": t} for t in again.promoted
        ]
    buttons = [messages.button(again.edit, _("Edit the question")) for again in asked if again.edit]
    messages.success(request, " ".join(sentences), buttons=buttons)


def _news(draft: Any) -> bool:
    return any(plan.changes_anything for plan in plan_refresh(draft))


def _say_what_is_new(request: HttpRequest, draft: Any) -> None:
    if not _news(draft):
        messages.info(request, _("This draft holds what readers said already; nobody has answered since."))
        return
    look = messages.button(reverse("onward_blog_desk:refresh", args=[draft.pk]), _("See what has changed"))
    text = _("Readers have gone on since this draft was filled. Nothing in it was changed.")
    messages.info(request, text, buttons=[look])


class RefreshView(ArticleView):
    """GET shows what readers have said since the draft was filled; POST puts it in as a new revision."""

    template_name = "onward_blog/desk/refresh.html"
    page_title = gettext_lazy("Refresh what readers said")
    header_icon = "rotate"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        draft = self.article.get_latest_revision_as_object()
        plans = plan_refresh(draft)
        return {
            **super().get_context_data(**kwargs),
            "plans": [{"plan": plan, "added": _by_role(plan)} for plan in plans],
            "has_news": any(plan.changes_anything for plan in plans),
            "obstacle": self._obstacle(draft),
            "open_elsewhere": open_elsewhere(draft, self.request.user),
        }

    def _obstacle(self, draft: Any) -> str:
        try:
            check_may_change(draft, self.request.user)
        except NextPartError as error:
            return str(error)
        return ""

    def post(self, request: HttpRequest, page_id: int) -> HttpResponse:
        draft = self.article.get_latest_revision_as_object()
        try:
            refresh_draft(draft, user=request.user, until=_ends(request.POST))
        except NextPartError as error:
            messages.error(request, str(error))
            return redirect("onward_blog_desk:refresh", page_id)
        text = _(
            "What readers said is up to date, in a new revision. What you wrote is as it was; what the site wrote "
            "anew waits for you to accept it."
        )
        messages.success(request, text)
        return redirect("wagtailadmin_pages:edit", page_id)


def _by_role(plan: Refresh) -> list[dict[str, Any]]:
    found = ((title, [quote for quote in plan.added if quote.role == role]) for role, title in ROLES.items())
    return [{"title": title, "quotes": quotes} for title, quotes in found if quotes]


def _ends(posted: Mapping[str, Any]) -> dict[int, datetime]:
    """Return where each window ended when it was shown, by the id of its article; what is no moment is left out."""
    ends: dict[int, datetime] = {}
    for name, text in posted.items():
        article = name.removeprefix("until-")
        if name == article or not article.isdecimal():
            continue
        try:
            moment = parse_datetime(str(text))
        except ValueError:
            continue
        if moment is not None and moment.tzinfo is not None:
            ends[int(article)] = moment
    return ends
