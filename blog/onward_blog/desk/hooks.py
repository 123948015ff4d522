"""What the desk adds to Wagtail; imported by this app's ``wagtail_hooks.py``."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.urls import URLResolver, include, path, reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.widgets import Button
from wagtail.log_actions import LogActionRegistry

from onward_blog import mailing
from onward_blog.mixins import ArticleMixin, SeriesMixin
from onward_blog.models import RoundupUse

from . import next_part, screens, views
from .panels import DeskPanel
from .places import may_edit_any


@hooks.register("register_admin_urls")
def desk_urls() -> list[URLResolver]:
    patterns = [
        path("", screens.ReadersView.as_view(), name="readers"),
        path("seen/", screens.SeenView.as_view(), name="seen"),
        path("series/<int:page_id>/", screens.SeriesView.as_view(), name="series"),
        path("<int:page_id>/numbers/", screens.NumbersView.as_view(), name="numbers"),
        path("<int:page_id>/", views.ResponsesView.as_view(), name="responses"),
        path("<int:page_id>/next-part/", next_part.NextPartView.as_view(), name="next_part"),
        path("<int:page_id>/refresh/", next_part.RefreshView.as_view(), name="refresh"),
        path("<int:page_id>/tell/", views.TellView.as_view(), name="tell"),
        path("<int:page_id>/mail/", views.MailArticleView.as_view(), name="mail"),
    ]
    return [path("responses/", include((patterns, "onward_blog_desk")))]


class ReadersMenuItem(MenuItem):
    """Leads to the dashboard; shown to whoever may edit some page."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may_edit_any(request.user)


@hooks.register("register_admin_menu_item")
def readers_menu_item() -> MenuItem:
    return ReadersMenuItem(
        gettext_lazy("Readers"),
        reverse_lazy("onward_blog_desk:readers"),
        name="onward-readers",
        icon_name="group",
        order=230,
    )


@hooks.register("construct_homepage_panels")
def desk_panel(request: HttpRequest, panels: list[Any]) -> None:
    panels.insert(0, DeskPanel())


@hooks.register("register_page_header_buttons")
def header_buttons(page: Any, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """Offer, for a series, what its last live part offers."""
    article = page.specific_deferred if not isinstance(page, ArticleMixin | SeriesMixin) else page
    if isinstance(article, SeriesMixin):
        article = next(iter(reversed(article.live_parts())), None)
    if not isinstance(article, ArticleMixin) or not article.pk or not article.live:
        return
    yield Button(_("Reader responses"), _screen("responses", article), icon_name="list-ul", priority=90)
    yield Button(
        _("Write the next part"), icon_name="arrow-right", priority=91, attrs=post_to("next_part", article)
    )
    if not article.permissions_for_user(user).can_publish():
        return
    if mailing.is_installed():
        yield Button(_("Mail this article…"), _screen("mail", article), icon_name="mail", priority=92)
    if RoundupUse.objects.filter(page=article.pk).exists():
        yield Button(_("Tell the readers…"), _screen("tell", article), icon_name="mail", priority=93)


def post_to(name: str, article: Any) -> dict[str, str]:
    """Return the attributes with which Wagtail's own script turns a button into a POST with its token."""
    return {
        "data-controller": "w-action",
        "data-action": "w-action#post:prevent",
        "data-w-action-url-value": _screen(name, article),
    }


def _screen(name: str, article: Any) -> str:
    return reverse(f"onward_blog_desk:{name}", args=[article.pk])


@hooks.register("after_publish_page")
def after_publishing(request: HttpRequest, page: Any) -> None:
    """Offer what usually comes after publishing. Publishing itself never mails anybody."""
    article = page.specific
    if not isinstance(article, ArticleMixin):
        return
    buttons = []
    if mailing.can_mail() and mailing.issue_of(article) is None:
        buttons.append(messages.button(_screen("mail", article), _("Mail this article…")))
    if RoundupUse.objects.filter(page=article.pk, told_at=None).exists():
        buttons.append(messages.button(_screen("tell", article), _("Tell the readers…")))
    if buttons:
        messages.info(request, _("This part is out on the site. Nobody has been mailed."), buttons=buttons)


@hooks.register("register_log_actions")
def log_actions(actions: LogActionRegistry) -> None:
    actions.register_action(
        "onward_blog.readers_told",
        gettext_lazy("Tell readers"),
        gettext_lazy("Readers told what came of their answers"),
    )
