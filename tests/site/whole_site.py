"""The whole site with readers in it, and a browser that presses the buttons it finds."""

from dataclasses import dataclass
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from django.db import connection
from django.test import Client

from onward_blog.mailing import topic_for_series
from onward_newsletter.models import Newsletter, Topic
from onward_polls.models import Poll
from tests.blog.discussion import a_public, a_series, an_article
from tests.blog.factories import publish
from tests.newsletter.factories import NewsletterFactory
from tests.polls.factories import a_poll, a_words_poll


#: What every link in a mail starts with; the test browser asks another host.
BASE = "http://127.0.0.1:8000"
SCRIPT = {"X-Requested-With": "onward"}


@dataclass
class Place:
    """One series with one part that holds everything an article can hold."""

    newsletter: Newsletter
    topic: Topic
    series: Any
    article: Any
    poll: Poll
    words: Poll

    @property
    def path(self) -> str:
        return str(self.article.get_absolute_url())


def a_place(*more_polls: Poll) -> Place:
    """Make a newsletter, a series to follow and a part with a poll, a question for words and a comment."""
    newsletter = NewsletterFactory.create()
    series = a_series("The manager in the middle")
    topic = topic_for_series(series)
    poll, words = a_poll(), a_words_poll()
    body = [
        ("paragraph", "<p>Everyone is measured twice.</p>"),
        ("poll", poll),
        ("words_question", words),
        *(("poll", each) for each in more_polls),
    ]
    article = publish(an_article("Who does the work?", parent=series, body=body))
    a_public(article, "I coach on Fridays.", address="tess@example.org")
    return Place(newsletter, topic, series, article, poll, words)


@pytest.fixture
def place(db: None) -> Place:
    return a_place()


def rows() -> dict[str, list[str]]:
    """Return every row of every table but sessions, as text."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table != "django_session":
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
                found[table] = sorted(repr(row) for row in cursor.fetchall())
    return found


class Human:
    """Somebody with a browser that keeps cookies, runs no script, and is checked for tokens as all are."""

    def __init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True)

    def press(self, path: str, *, button: str = "", **typed: Any) -> Any:
        """Open a page, press a button of its form that posts to the page itself, and one more if it asks."""
        opened = self.client.get(path)
        response = self._send(opened, path, button, typed)
        again = response.headers.get("X-Onward-Unconfirmed")
        return self._send(response, path, button, typed) if again else response

    def _send(self, opened: Any, path: str, button: str, typed: dict[str, Any]) -> Any:
        form = own_form(opened.content.decode(), path, button)
        fields = {**fields_of(form), **pressed(form, button), **typed}
        target = form.get("action") or path
        return self.client.post(str(target), fields, headers={"Origin": "http://testserver"})


def own_form(html: str, path: str, button: str) -> Tag:
    """Return the form of a page that posts to ``path``, with the button that bears this value if one is asked for."""
    for form in BeautifulSoup(html, "html.parser").find_all("form", method="post"):
        leads = str(form.get("action") or path).partition("?")[0]
        if leads == path.partition("?")[0] and (not button or form.select(f"button[value={button}]")):
            return form
    raise AssertionError(f"No form of {path} in {html[:3000]}")


def fields_of(form: Tag) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for element in form.select("input[name], textarea[name]"):
        marked = element.get("type") in {"radio", "checkbox"}
        if not marked or element.has_attr("checked"):
            text = element.get_text() if element.name == "textarea" else element.get("value", "")
            fields.setdefault(str(element["name"]), []).append(text)
    return fields


def pressed(form: Tag, button: str) -> dict[str, str]:
    """Return what the first button of a form adds to it, or the one that bears this value."""
    found = form.select(f"button[value={button}]" if button else "button")[0]
    return {str(found["name"]): str(found.get("value", ""))} if found.get("name") else {}
