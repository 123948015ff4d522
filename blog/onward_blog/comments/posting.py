"""One posted comment, from the request to the answer; nothing the writer typed is lost on the way."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from onward_blog import browser
from onward_blog.conf import blog_settings
from onward_blog.limits import KeyedThrottle, network_of, seconds_to_wait
from onward_blog.models import CommentState

from . import actions, queries
from .components import CommentWriter, own_comments
from .csrf import has_valid_token
from .errors import CommentError, UnknownParent
from .forms import QUICK, CommentForm
from .numbers import comment_number


#: Bytes of a request beyond which we read nothing of it.
MOST_BYTES = 100_000


def writer_key_of(request: HttpRequest) -> str:
    """Return the hash of this browser that comments carry; "" for a browser without the cookie."""
    identity = browser.identity_of(request)
    return browser.keyed_hash("comments.writer", identity) if identity else ""


def answer_post(request: HttpRequest, page: Any) -> HttpResponse:
    """Take a comment, or say what is missing with everything typed in its place."""
    if _is_huge(request):
        return _answer(request, page, status=413, mood="error", sentence=_too_large())
    identity = browser.identity_of(request) or browser.new_identity()
    form = CommentForm(page, request.POST, user=request.user)
    response = _take(request, page, form, identity)
    if browser.identity_of(request) is None:
        browser.remember(response, identity)
    return response


def _take(request: HttpRequest, page: Any, form: CommentForm, identity: str) -> HttpResponse:
    if not page.comments_open:
        return _answer(request, page, status=403, form=form, mood="error", sentence=_closed())
    if not has_valid_token(request) or "timestamp" not in form.data:
        return _answer(request, page, form=form, mood="ask", aged=QUICK, sentence=_once_more())
    if not form.is_valid():
        return _answer(request, page, status=400, form=form, mood="error", sentence=_first_error(form))
    if wait := seconds_to_wait(_limits(request, form, identity)):
        response = _answer(request, page, status=429, form=form, mood="error", sentence=_too_often(wait))
        response["Retry-After"] = str(wait)
        return response
    return _store(request, page, form, identity)


def _store(request: HttpRequest, page: Any, form: CommentForm, identity: str) -> HttpResponse:
    data = form.cleaned_data
    draft = actions.Draft(
        text=data["comment"],
        name=data.get("name", ""),
        address=data.get("email", ""),
        reply_to=data["reply_to"],
        follows=data["follow"],
        writer_key=browser.keyed_hash("comments.writer", identity),
        form_age=form.age,
    )
    try:
        state = actions.post_comment(page, draft, user=form.user)
    except UnknownParent as error:
        # The form that goes back is one for a comment of its own.
        form.data = form.data.copy()
        form.data["reply_to"] = ""
        return _answer(request, page, status=error.status, form=form, mood="error", sentence=error.sentence)
    except CommentError as error:
        return _answer(request, page, status=error.status, form=form, mood="error", sentence=error.sentence)
    return _answer_sent(request, page, state)


def _answer_sent(request: HttpRequest, page: Any, state: CommentState) -> HttpResponse:
    is_public = state.state == CommentState.State.PUBLIC
    if not wants_fragment(request):
        where = "comment" if is_public else "comment_sent"
        return HttpResponseRedirect(
            reverse(f"onward_blog:{where}", args=[state.comment_id if is_public else page.pk]), status=303
        )
    mood = "public" if is_public else "sent"
    published = state.comment_id if is_public else None
    writer = CommentWriter(
        page, request=request, mood=mood, sentence=sentence_for(state), published=published
    )
    return HttpResponse(writer.render_html() + own_comments(page, state.writer_key))


def sentence_for(state: CommentState) -> str:
    """Return what happens next with a comment that was just sent."""
    if state.state == CommentState.State.PUBLIC:
        return _("Your comment is published.")
    if state.state == CommentState.State.HELD:
        return _("Thank you. Your comment waits for the author, who reads every first one.")
    return _("One step is left: we have sent you an e-mail. Press the button on the page it leads to.")


def wants_fragment(request: HttpRequest) -> bool:
    """Return whether our script asks, which wants the pieces that change and not a page."""
    return request.headers.get("X-Requested-With") == "onward"


def _answer(request: HttpRequest, page: Any, *, status: int = 200, **state: Any) -> HttpResponse:
    form = state.get("form")
    parent = _parent_of(form, page)
    writer = CommentWriter(page, request=request, parent=parent, **state)
    if wants_fragment(request):
        return HttpResponse(writer.render_html(), status=status)
    context = {
        "base_template": blog_settings().BASE_TEMPLATE,
        "page": page,
        "writer": writer.render_html(),
        "parent": parent,
        "asks": state.get("mood") == "ask",
    }
    return render(request, "onward_blog/comments/write.html", context, status=status)


def _parent_of(form: CommentForm | None, page: Any) -> CommentState | None:
    number = str(form.data.get("reply_to", "")) if form else ""
    return queries.public_comment(page, comment_number(number))


def _limits(request: HttpRequest, form: CommentForm, identity: str) -> list[KeyedThrottle]:
    limits = [
        KeyedThrottle("comment-browser", identity, allowed=5, seconds=600),
        KeyedThrottle("comment-network", network_of(request), allowed=30, seconds=3600),
    ]
    if form.user is None:
        address = form.cleaned_data["email"].casefold()
        limits.append(KeyedThrottle("comment-address", address, allowed=10, seconds=3600))
    return limits


def _is_huge(request: HttpRequest) -> bool:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return length.isascii() and length.isdigit() and int(length) > MOST_BYTES


def _first_error(form: CommentForm) -> str:
    hidden = [name for name in form.errors if name not in ("name", "email", "comment")]
    return (
        str(form.errors[hidden[0]][0]) if hidden else _("Something is missing; see below. Your text is kept.")
    )


def _once_more() -> str:
    return _("Press the button once more to send your comment.")


def _closed() -> str:
    return _(
        "Comments on this article are closed, so yours was not sent. Your text is below, should you want it."
    )


def _too_large() -> str:
    return _(
        "This is far too long for a comment, so nothing of it was read. Go back, shorten it, and send it again."
    )


def _too_often(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return ngettext(
        "That were many comments in a short time. Your text is kept: send it again in %(minutes)d minute.",
        "That were many comments in a short time. Your text is kept: send it again in %(minutes)d minutes.",
        minutes,
    ) % {"minutes": minutes}
