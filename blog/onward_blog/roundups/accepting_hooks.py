"""Where Wagtail publishes without the editor's form: refused with a sentence; imported by ``hooks.py``."""

from collections.abc import Iterable, Iterator
from functools import wraps
from typing import Any

import swapper
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.views.pages.workflow import WorkflowActionView
from wagtail.log_actions import LogActionRegistry

from onward_blog.mixins import ArticleMixin

from .accepting import STOPPED, TextNotAccepted, refuse_waiting


@hooks.register("before_publish_page")
def refuse_to_publish(request: HttpRequest, page: Any) -> HttpResponse | None:
    """Refuse what the form of the editor let pass; the draft is saved already."""
    return _refusal(request, page) if isinstance(page, ArticleMixin) else None


@hooks.register("before_bulk_action")
def refuse_to_publish_many(
    request: HttpRequest, action_type: str, objects: Iterable[Any], action: Any
) -> HttpResponse | None:
    """Refuse to publish many pages when the text of one of them waits: all are published, or none."""
    if action_type != "publish":
        return None
    below = bool(action.cleaned_form.cleaned_data.get("include_descendants"))
    refused = [page for page in _published_with(objects, below) if _refusal(request, page)]
    return redirect("wagtailadmin_explore", refused[0].get_parent().pk) if refused else None


def _published_with(objects: Iterable[Any], below: bool) -> Iterator[Any]:
    page_model = swapper.load_model("wagtailcore", "Page")
    for page in objects:
        if not isinstance(page, page_model):
            continue
        chosen = page.get_descendants().not_live() if below else []
        for each in (page, *chosen):
            latest = each.get_latest_revision_as_object()
            if isinstance(latest, ArticleMixin):
                yield latest


def _refusal(request: HttpRequest, page: Any) -> HttpResponse | None:
    try:
        refuse_waiting(page)
    except TextNotAccepted as refused:
        return _say(request, page, refused)
    return None


def _say(request: HttpRequest, page: Any, refused: TextNotAccepted) -> HttpResponse:
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    what = _("“%(title)s” was not published.") % {"title": page.get_admin_display_title()}
    messages.error(
        request, " ".join([what, *refused.sentences]), buttons=[messages.button(edit, _("Open the draft"))]
    )
    return redirect(edit)


def refuse_approval(act: Any) -> Any:
    """Answer a reviewer's approval with the sentence; the workflow stands as before. Wagtail has no hook for it."""

    @wraps(act)
    def post(view: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response: HttpResponse = act(view, request, *args, **kwargs)
        except TextNotAccepted as refused:
            answer = _say(request, view.object, refused)
            if request.headers.get("x-requested-with") != "XMLHttpRequest":
                return answer
            response = view.render_modal_json(request, {"step": "success", "redirect": answer["Location"]})
        return response

    return post


WorkflowActionView.post = refuse_approval(WorkflowActionView.post)


@hooks.register("register_log_actions")
def log_actions(actions: LogActionRegistry) -> None:
    actions.register_action(
        STOPPED,
        gettext_lazy("Stop scheduled publishing"),
        gettext_lazy("Scheduled publishing stopped: text written by the site was not accepted"),
    )
