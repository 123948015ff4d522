"""Pages and forms of comments. Reading changes nothing; what acts is a POST."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from onward_blog.conf import blog_settings
from onward_blog.models import CommentState
from onward_blog.roundups.queries import takers_of
from onward_blog.serving import refuse_foreign_origin

from . import actions, queries, tokens
from .access import page_of, page_with_comments
from .components import CommentThread, CommentWriter
from .errors import CommentError
from .numbers import comment_number
from .posting import answer_post, writer_key_of


State = CommentState.State


@require_safe
def read_comments(request: HttpRequest, page_id: int) -> HttpResponse:
    """Show the comments of an article alone; ``?page=`` says which threads."""
    page = page_with_comments(page_id)
    number = comment_number(request.GET.get("page", "")) or 1
    thread = CommentThread(page, number=number, takers=takers_of(page))
    return _page(request, "comments", page=page, thread=thread.render_html())


@require_safe
def find_comment(request: HttpRequest, comment_id: int) -> HttpResponse:
    """Lead to a public comment where it stands: in the article, or on a later page of threads."""
    state = get_object_or_404(CommentState.objects.public().select_related("comment"), comment_id=comment_id)
    page = page_with_comments(state.page_id)
    number = queries.number_of_page_with(page, state.comment.thread_id)
    later = reverse("onward_blog:comments", args=[page.pk]) + f"?page={number}"
    return HttpResponseRedirect(f"{page.get_absolute_url() if number == 1 else later}#c{comment_id}")


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def write_comment(request: HttpRequest, page_id: int) -> HttpResponse:
    """GET shows a form on a page of its own, to reply without JavaScript; POST takes a comment."""
    refuse_foreign_origin(request)
    page = page_with_comments(page_id)
    if request.method == "POST":
        return answer_post(request, page)
    parent = _parent_asked_for(request, page)
    return _page(
        request, "write", page=page, parent=parent, writer=CommentWriter(page, parent=parent).render_html()
    )


@never_cache
@require_safe
def comment_sent(request: HttpRequest, page_id: int) -> HttpResponse:
    """Say what happens next with a comment this browser has just sent."""
    page = page_with_comments(page_id)
    own = queries.own_comments(page, writer_key=writer_key_of(request))
    waits = any(state.state == State.UNCONFIRMED for state in own)
    return _page(request, "sent", page=page, states=own, waits_for_writer=waits)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show one button; only pressing it confirms. The link says who is asking, so no cookie is needed."""
    refuse_foreign_origin(request)
    return _by_mail(request, token, tokens.CONFIRM, "confirm", actions.confirm_comment)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mute(request: HttpRequest, token: str) -> HttpResponse:
    """Show one button; only pressing it stops the mail about replies to one comment."""
    refuse_foreign_origin(request)
    return _by_mail(request, token, tokens.MUTE, "mute", actions.mute)


def _by_mail(
    request: HttpRequest, token: str, purpose: str, name: str, act: Callable[[str], CommentState]
) -> HttpResponse:
    try:
        state = act(token) if request.method == "POST" else actions.state_of_token(purpose, token)
    except CommentError as error:
        return _page(request, name, status=error.status, sentence=error.sentence)
    page = page_of(state)
    own = state.state in (State.UNCONFIRMED, State.HELD)
    context = {"page": page, "state": state, "done": request.method == "POST", "show_text": own}
    return _page(request, name, **context)


def _parent_asked_for(request: HttpRequest, page: Any) -> CommentState | None:
    return queries.public_comment(page, comment_number(request.GET.get("reply_to", "")))


def _page(request: HttpRequest, name: str, *, status: int = 200, **context: Any) -> HttpResponse:
    context["base_template"] = blog_settings().BASE_TEMPLATE
    return render(request, f"onward_blog/comments/{name}.html", context, status=status)
