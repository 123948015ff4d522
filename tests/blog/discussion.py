"""What tests of comments and shares need: an article, and a browser that checks tokens as a real one meets them."""

import re
from typing import Any

from django.contrib.sites.models import Site as SiteRow
from django.test import Client
from django.urls import reverse
from wagtail.models import Locale, Page, Site

from onward_blog.comments.actions import Draft, confirm_comment, post_comment
from onward_blog.comments.moderating import decide
from onward_blog.comments.tokens import CONFIRM, make_token
from onward_blog.models import CommentState
from onward_blog.pages.models import ArticlePage, SeriesPage
from onward_newsletter.models import Outbox


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
    return _front_page().add_child(instance=SeriesPage(title=title))


def _front_page() -> Page:
    """Return the site's front page; a test that ran without a transaction may have left none."""
    site = Site.objects.filter(is_default_site=True).first()
    if site:
        return site.root_page
    Locale.objects.get_or_create(language_code="en-gb")
    home = Page.add_root(instance=Page(title="Root")).add_child(instance=Page(title="Home", slug="home"))
    Site.objects.create(hostname="localhost", root_page=home, is_default_site=True)
    SiteRow.objects.get_or_create(pk=1, defaults={"domain": "localhost", "name": "Onward"})
    return home


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
    """Return the mail in the outbox for an address, oldest first."""
    return list(Outbox.objects.filter(address=address).order_by("pk"))


def links_in(message: Any) -> list[str]:
    """Return the paths of the links in a mail's text."""
    return re.findall(r"https?://[^/\s]+(/\S+)", message.text)


def press(person: Client, decision: str, *states: CommentState, seen: str = "held") -> Any:
    """Press a button of the moderator's screen for these comments, and follow where it leads."""
    numbers = [state.comment_id for state in states]
    data = {"comment": numbers, "decision": decision, "seen": seen}
    return person.post(reverse("onward_blog_comments:decide"), data, follow=True)


def state_of(state: CommentState) -> str:
    """Return where a comment stands now."""
    return CommentState.objects.get(pk=state.pk).state
