"""What tests of comments and shares need: an article, and a browser that checks tokens as a real one meets them."""

import re
from typing import Any

from django.core import mail
from django.test import Client
from django.urls import reverse
from wagtail.models import Page

from onward_blog.comments.actions import Draft, confirm_comment, post_comment
from onward_blog.comments.moderating import decide
from onward_blog.comments.tokens import CONFIRM, make_token
from onward_blog.models import CommentState
from onward_blog.pages.models import ArticlePage, SeriesPage


FETCH = {"X-Requested-With": "onward"}


class Browser(Client):
    """A browser without an account: Django checks its tokens, unlike those of the usual test client."""

    def __init__(self, **defaults: Any) -> None:
        super().__init__(enforce_csrf_checks=True, **defaults)

    def tokens_for(self, article: Any) -> dict[str, str]:
        """Touch the form as the script does and return the hidden fields it is given."""
        fragments = self.post(reverse("onward_blog:reader", args=[article.pk])).json()["fragments"]
        return hidden_fields(fragments[f"comment-form-{article.pk}"])

    def comment(self, article: Any, text: str = "I coach on Fridays.", **fields: Any) -> Any:
        """Send a comment as the script does, in a form that was open for a minute."""
        hidden = aged(article, self.tokens_for(article))
        headers = fields.pop("headers", FETCH)
        return self.post(new_url(article), {**hidden, **typed(text, **fields)}, headers=headers)


def an_article(title: str = "Who does the work?", *, parent: Any = None, **fields: Any) -> ArticlePage:
    """Make a live article in a series of its own, or below ``parent``."""
    series = parent or a_series(f"Series of {title}")
    return series.add_child(instance=ArticlePage(title=title, **fields))


def a_series(title: str = "The manager in the middle") -> SeriesPage:
    """Make a live series below the site's front page."""
    home = Page.objects.filter(depth=2).order_by("path").first()
    return home.add_child(instance=SeriesPage(title=title))


def typed(text: str = "I coach on Fridays.", **fields: Any) -> dict[str, Any]:
    """Return what a reader fills into the form."""
    return {"comment": text, "name": "Tess O.", "email": "reader@example.org", **fields}


def aged(article: Any, hidden: dict[str, str], *, seconds: int = 60) -> dict[str, str]:
    """Return the hidden fields as they would be had the form been given out earlier."""
    from onward_blog.comments.forms import CommentForm

    return {**hidden, **CommentForm(article).security_fields(seconds_old=seconds)}


def hidden_fields(html: str) -> dict[str, str]:
    """Return name and value of every hidden input."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', html))


def new_url(article: Any) -> str:
    return reverse("onward_blog:comment_new", args=[article.pk])


def confirm_url(state: CommentState) -> str:
    return reverse("onward_blog:comment_confirm", args=[confirm_token(state)])


def confirm_token(state: CommentState) -> str:
    return make_token(CONFIRM, comment_id=state.comment_id, nonce=state.nonce)


def an_unconfirmed(article: Any, text: str = "I coach on Fridays.", **fields: Any) -> CommentState:
    """Store a guest's comment."""
    draft = {"name": "Tess O.", "address": "reader@example.org", "form_age": 60, **fields}
    return post_comment(article, Draft(text=text, **draft))


def a_held(article: Any, text: str = "I coach on Fridays.", **fields: Any) -> CommentState:
    """Store a guest's comment that its writer has confirmed."""
    return confirm_comment(confirm_token(an_unconfirmed(article, text, **fields)))


def a_public(article: Any, text: str = "I coach on Fridays.", **fields: Any) -> CommentState:
    """Store a guest's comment that everybody can read."""
    state = a_held(article, text, **fields)
    if state.state == CommentState.State.HELD:
        decide([state.comment_id], "approve")
    state.refresh_from_db()
    return state


def mails_to(address: str) -> list[Any]:
    """Send what waits, and return the mail that arrived at an address."""
    from onward_newsletter.pump import pump

    pump()
    return [message for message in mail.outbox if address in message.to]


def links_in(message: Any) -> list[str]:
    """Return the paths of the links in a mail's text."""
    return re.findall(r"https?://[^/\s]+(/\S+)", message.body)
