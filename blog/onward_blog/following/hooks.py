"""What following a series adds to Wagtail and to the newsletter; imported by this app's ``wagtail_hooks.py``."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import URLResolver, include, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.widgets import Button
from wagtail.log_actions import LogActionRegistry

from onward_blog import mailing
from onward_blog.mixins import SeriesMixin

from .confirmed import what_comes_next
from .ending import may_end
from .views import EndSeriesView


@hooks.register("register_admin_urls")
def following_urls() -> list[URLResolver]:
    patterns = [path("<int:page_id>/end/", EndSeriesView.as_view(), name="end")]
    return [path("series/", include((patterns, "onward_blog_following")))]


@hooks.register("register_page_header_buttons")
def end_button(page: Any, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """Offer to end a series that is out, and to look at one that has ended."""
    series = page.specific_deferred if not isinstance(page, SeriesMixin) else page
    if isinstance(series, SeriesMixin) and series.pk and series.live and may_end(series, user):
        label = _("This series has ended…") if series.ended_at else _("End the series…")
        yield Button(
            label, reverse("onward_blog_following:end", args=[series.pk]), icon_name="tick", priority=95
        )


@hooks.register("onward_newsletter_after_confirming")
def after_confirming(request: HttpRequest, newsletter: Any, topic: Any) -> str:
    return what_comes_next(topic)


@hooks.register("onward_newsletter_leave_out")
def leave_out(issue: Any, subscribers: Sequence[Any]) -> dict[int, str]:
    return mailing.left_out(issue, subscribers)


@hooks.register("register_log_actions")
def log_actions(actions: LogActionRegistry) -> None:
    actions.register_action(
        "onward_blog.series_ended", gettext_lazy("End series"), gettext_lazy("Series ended")
    )
    actions.register_action(
        "onward_blog.series_reopened", gettext_lazy("Reopen series"), gettext_lazy("Series opened again")
    )
