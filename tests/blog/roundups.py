"""A roundup that is published: Part 1 with its answers, Part 2 that quotes from them, and what readers see of it."""

import csv
import io
import re
from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.urls import reverse

from onward_blog.models import Roundup
from onward_blog.roundups.actions import compile_roundup
from tests.blog.answers import a_part


@dataclass
class Published:
    """Part 1, the roundup of its answers, and Part 2 that shows it."""

    article: Any
    roundup: Roundup
    part: Any

    @property
    def page_url(self) -> str:
        return reverse("onward_blog:roundup", args=[self.roundup.pk])

    @property
    def json_url(self) -> str:
        return reverse("onward_blog:roundup_json", args=[self.roundup.pk])

    @property
    def csv_url(self) -> str:
        return reverse("onward_blog:roundup_csv", args=[self.roundup.pk])

    def page(self) -> str:
        return read(self.page_url)

    def rows(self) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(read(self.csv_url))))

    def frozen(self) -> dict[str, str]:
        """Return everything that must never change: the numbers on both pages, the method, and both files."""
        return {
            "card": card_in(self.page()),
            "method": _between(self.page(), 'id="method"', "</section>"),
            "json": read(self.json_url),
            "csv": read(self.csv_url),
            "in part 2": card_in(read(self.part.url)),
        }


def a_published_roundup(article: Any, **compiled: Any) -> Published:
    """Freeze what readers said about an article, and publish a part beside it that shows all of it."""
    article.save_revision().publish()
    roundup = compile_roundup(article, **compiled)
    block = {"heading": "What you said", "roundup": roundup, "quotes": list(roundup.quotes.order_by("pk"))}
    part = a_part(article.get_parent().specific, "What you said", body=[("roundup", block)])
    part.save_revision().publish()
    return Published(article, roundup, part)


def read(url: str) -> str:
    """Return what somebody without an account gets."""
    response = Client().get(url)
    assert response.status_code == 200, (url, response.status_code)
    return response.content.decode()


def card_in(html: str) -> str:
    return _between(html, '<section class="onward-roundup"', "</section>")


def text_of(html: str) -> str:
    """Return the words of a piece of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def _between(html: str, start: str, end: str) -> str:
    assert start in html, start
    return html.split(start, 1)[1].split(end, 1)[0]
