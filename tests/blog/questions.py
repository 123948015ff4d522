"""What tests of readers' questions need: a series, questions in each state, and a reader at its page."""

import re
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from onward_blog.models import QuestionSupport, ReaderQuestion

from .discussion import Browser
from .factories import make_part, make_series


State = ReaderQuestion.State
WORDS = "What do managers do all day?"


def a_question(
    series: Any, words: str = WORDS, *, state: str = "public", wanted: int = 1, **fields: Any
) -> ReaderQuestion:
    """Store a question in this state, wanted by so many readers.

    It became public a moment ago: SQLite's clock counts in milliseconds, and a roundup holds what was there before now.
    """
    seen = {} if state in ("held", "rejected") else {"public_at": timezone.now() - timedelta(milliseconds=1)}
    question = ReaderQuestion.objects.create(
        page_id=series.pk, words=words, state=state, **{**seen, **fields}
    )
    QuestionSupport.objects.bulk_create(
        QuestionSupport(question=question, reader_key=f"reader {n}") for n in range(wanted)
    )
    return question


def a_series_with_a_part() -> tuple[Any, Any]:
    series = make_series()
    part = make_part(series)
    return series, part


def ask_url(series: Any) -> str:
    return reverse("onward_blog:question_new", args=[series.pk])


def want_url(question: ReaderQuestion) -> str:
    return reverse("onward_blog:question", args=[question.pk])


def list_url(series: Any) -> str:
    return reverse("onward_blog:questions", args=[series.pk])


class Reader(Browser):
    """A reader without JavaScript, who presses once more when asked to."""

    def twice(self, path: str, fields: dict[str, str]) -> Any:
        """Press the button of a page without tokens; then the one of the page that asks for another press."""
        first = self.post(path, fields)
        if "X-Onward-Unconfirmed" not in first.headers:
            return first
        token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', first.content.decode())[0]
        return self.post(path, {**fields, "csrfmiddlewaretoken": token})

    def get_ready(self, question: ReaderQuestion) -> None:
        """Press once without a token: nothing is noted, and from now on this browser has a name."""
        self.post(want_url(question), {"do": "want"})

    def another_window(self) -> "Reader":
        """Return the same browser again, for a press at the same moment."""
        window = Reader(**self.defaults)
        window.cookies = self.cookies.copy()
        return window

    def ask(self, series: Any, words: str = WORDS, address: str = "", **fields: str) -> Any:
        """Send a question."""
        return self.twice(ask_url(series), {"words": words, "address": address, "honeypot": "", **fields})

    def want(self, question: ReaderQuestion, do: str = "want") -> Any:
        """Say that this reader wants the question too, or take it back."""
        return self.twice(want_url(question), {"do": do})
