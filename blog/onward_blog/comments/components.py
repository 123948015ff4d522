"""What a page shows of its comments."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.forms import Media, Script
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from laces.components import Component

from . import queries
from .actions import display_name
from .forms import MAX_LENGTH, CommentForm


class CommentThread(Component):
    """The public comments of a page and the form to write one: the same bytes for every reader.

    ``number`` is which page of threads to show. Two queries, however many comments there are. ``takers`` are the
    parts that quote some of them, as ``roundups.queries.takers_of`` returns them.
    """

    template_name = "onward_blog/comments/thread.html"

    def __init__(self, page: Any, *, number: int = 1, takers: Sequence[Any] = ()) -> None:
        self.page = page
        self.number = number
        self.takers = takers

    @property
    def media(self) -> Media:
        return Media(
            css={"all": ["onward_blog/comments.css"]},
            js=[Script("onward_blog/comments.js", type="module")],  # type: ignore[list-item]
        )

    def get_context_data(self, parent_context: Any = None) -> Mapping[str, Any]:
        thread = queries.thread_page(self.page, self.number)
        for entry in thread.entries if self.takers else ():
            entry.quoted_in = [(t.page, t.comments[entry.pk]) for t in self.takers if entry.pk in t.comments]
        return {
            "page": self.page,
            "thread": thread,
            "writer": CommentWriter(self.page).render_html(),
        }


class CommentWriter(Component):
    """The place to write a comment: the form, what was wrong with it, or why there is none.

    Without ``request`` it is the article's form, which carries nothing of its reader. With it the form carries the
    reader's token and the signed time, and the browser must be given the cookie that goes with them.
    """

    template_name = "onward_blog/comments/writer.html"

    def __init__(self, page: Any, **state: Any) -> None:
        #: form: a CommentForm with what was typed. request. sentence: what happened. reply_to: an Entry's pk.
        #: parent: the CommentState that is answered. aged: seconds the reader has had the form already.
        #: mood: "error", "ask", "sent", "public" or "". published: the number of a comment that is public now.
        self.page = page
        self.state = state

    def get_context_data(self, parent_context: Any = None) -> Mapping[str, Any]:
        request = self.state.get("request")
        form = self.state.get("form")
        parent = self.state.get("parent")
        user = request.user if request and request.user.is_authenticated else None
        return {
            "page": self.page,
            "form": form,
            "typed": form.data if form and self.state.get("mood") in ("error", "ask") else {},
            "errors": _errors_of(form),
            "parent": parent,
            "reply_to": parent.comment_id if parent else (form.data.get("reply_to", "") if form else ""),
            "sentence": self.state.get("sentence", ""),
            "mood": self.state.get("mood", ""),
            "slot": token_slot(self.page, request, aged=self.state.get("aged", 0)),
            "published": self.state.get("published"),
            "account_name": display_name(user) if user else "",
            "max_length": MAX_LENGTH,
        }


def token_slot(page: Any, request: Any = None, *, aged: int = 0) -> str:
    """Return the element of the form that holds the token and the signed time; empty without a request."""
    hidden = CommentForm(page).security_fields(seconds_old=aged) if request else {}
    token = get_token(request) if request else ""
    return render_to_string(
        "onward_blog/comments/slot.html", {"page": page, "hidden": hidden, "token": token}
    )


def own_comments(page: Any, writer_key: str) -> str:
    """Return the element with what this browser wrote and others cannot see yet."""
    states = queries.own_comments(page, writer_key=writer_key)
    return render_to_string("onward_blog/comments/own.html", {"page": page, "states": states})


def account_line(page: Any, user: Any) -> str:
    """Return the element that stands instead of name and address for somebody who is signed in."""
    context = {"page": page, "account_name": display_name(user)}
    return render_to_string("onward_blog/comments/who.html", context)


def _errors_of(form: CommentForm | None) -> Mapping[str, str]:
    if form is None or not form.is_bound:
        return {}
    return {name: str(errors[0]) for name, errors in form.errors.items() if name in form.fields}
