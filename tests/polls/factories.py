"""Polls, ballots and pages, valid and dull; a test states only what matters to it."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from typing import Any

from django.utils import timezone
from wagtail.models import Locale, Page, Site

from onward_blog.pages.models import ArticlePage, SeriesPage
from onward_polls.actions import cast_ballot
from onward_polls.models import Ballot, Option, Poll


#: High enough that no number of a page is mistaken for a number of answers.
_numbers = count(5001)

#: What a poll of the kind that takes one answer offers.
ANSWERS = ("Repair", "Selling", "Reports", "Coaching")


def a_poll(
    question: str = "What takes most of your week?", options: Sequence[str] = ANSWERS, **fields: Any
) -> Poll:
    poll = Poll.objects.create(question=question, **fields)
    Option.objects.bulk_create(
        Option(poll=poll, text=text, sort_order=place) for place, text in enumerate(options)
    )
    return poll


def a_words_poll(question: str = "What do you do instead?", **fields: Any) -> Poll:
    return a_poll(question, options=(), kind=Poll.Kind.WORDS, **fields)


def an_article(*polls: Poll, live: bool = True) -> ArticlePage:
    """Put polls on a page of their own, in a series of their own."""
    number = next(_numbers)
    series = home().add_child(instance=SeriesPage(title=f"Series {number}", slug=f"series-{number}"))
    body = [("words_question" if poll.kind == Poll.Kind.WORDS else "poll", poll) for poll in polls]
    page = ArticlePage(title=f"Part {number}", slug=f"part-{number}", body=body, live=live)
    series.add_child(instance=page)
    return page


def home() -> Page:
    """Return the root of the site, also where a test with real transactions has swept it away."""
    site = Site.objects.filter(is_default_site=True).first()
    if site:
        return site.root_page
    Locale.objects.get_or_create(language_code="en-gb")
    root = Page.objects.filter(depth=1).first() or Page.add_root(title="Root", slug="root")
    site = Site.objects.create(hostname="localhost", root_page=root, is_default_site=True)
    return site.root_page


def somebody() -> str:
    """Return an identity nobody else has."""
    return f"rid:{next(_numbers):032x}"


def option(poll: Poll, text: str) -> Option:
    return poll.options.get(text=text)


def vote(poll: Poll, *texts: str, identity: str | None = None, **details: Any) -> Ballot:
    return cast_ballot(
        poll, identity=identity or somebody(), options=[option(poll, text) for text in texts], **details
    )


def closed_a_while_ago(poll: Poll) -> Poll:
    poll.closes_at = timezone.now() - timedelta(days=2)
    poll.save(update_fields=["closes_at"])
    return poll
