"""What questions from readers add to Wagtail; imported by this app's ``wagtail_hooks.py``."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.urls import URLResolver, include, path, reverse, reverse_lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.widgets import Button
from wagtail.log_actions import LogActionRegistry

from onward_blog.mixins import SeriesMixin
from onward_blog.responses.base import ResponseSource
from onward_blog.responses.registry import HOOK

from . import admin_views, queue
from .access import may_decide, may_decide_anything


class QuestionsMenuItem(MenuItem):
    """Leads to the author's screen and says how many questions wait there."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Return whether the account may decide about any series."""
        return may_decide_anything(request.user)

    def render_component(self, request: HttpRequest) -> Any:
        """Return the menu item with the number of held questions."""
        component = super().render_component(request)
        if held := queue.waiting_questions(request.user):
            component.label = f"{component.label} ({held})"
        return component


@hooks.register("register_admin_menu_item")
def questions_menu_item() -> MenuItem:
    return QuestionsMenuItem(
        _("Questions"),
        reverse_lazy("onward_blog_questions:queue"),
        name="onward-questions",
        icon_name="help",
        order=242,
    )


@hooks.register("register_admin_urls")
def questions_admin_urls() -> list[URLResolver]:
    patterns = [
        path("", admin_views.show_queue, name="queue"),
        path("<int:question_id>/decide/", admin_views.decide_question, name="decide"),
    ]
    return [path("questions/", include((patterns, "onward_blog_questions")))]


@hooks.register("register_page_header_buttons")
def questions_button(page: Any, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """Lead from a series to its questions."""
    series = page.specific_deferred if not isinstance(page, SeriesMixin) else page
    if isinstance(series, SeriesMixin) and series.pk and series.live and may_decide(user, series):
        where = f"{reverse('onward_blog_questions:queue')}?series={series.pk}"
        yield Button(_now("Questions from readers"), where, icon_name="help", priority=94)


@hooks.register(HOOK, order=25)
def question_source() -> ResponseSource:
    from onward_blog.responses.questions import QuestionSource

    return QuestionSource()


@hooks.register("register_log_actions")
def question_log_actions(actions: LogActionRegistry) -> None:
    actions.register_action(
        "onward_blog.question.publish", _("Make question public"), _("Question made public")
    )
    actions.register_action("onward_blog.question.reject", _("Reject question"), _("Question rejected"))
    actions.register_action(
        "onward_blog.question.pick", _("Pick question"), _("Question picked for the next part")
    )
    actions.register_action(
        "onward_blog.question.answer", _("Mark question as answered"), _("Question marked as answered")
    )
