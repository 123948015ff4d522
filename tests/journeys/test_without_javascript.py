"""A reader whose browser runs no script reads, answers, writes, comments and subscribes."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visitor
from tests.journeys.running import Demo


pytestmark = pytest.mark.journey

QUESTION = "What takes most of your week as a frontline sales manager?"


@pytest.fixture
def window(demo: Demo, new_visitor: Callable[..., Visitor]) -> Page:
    """A phone without JavaScript, on Part 1."""
    page = new_visitor(java_script_enabled=False).page
    page.goto(f"{demo.url}/the-manager-in-the-middle/one-number-counted-twice/")
    return page


def test_reader_answers_and_adds_words(window: Page) -> None:
    card = window.locator("onward-poll", has_text=QUESTION)
    card.get_by_label("Stepping in to sell").check()
    card.get_by_role("button", name="Answer").click()
    expect(window.get_by_label("Stepping in to sell")).to_be_checked()
    window.get_by_role("button", name="Count my answer").click()

    voted = window.locator("onward-poll", has_text=QUESTION)
    expect(voted).to_contain_text("your answer")
    expect(voted).to_contain_text(re.compile(r"\d+ readers who chose to answer"))
    voted.locator("textarea[name=words]").fill("I sit in on the call and let them lead.")
    voted.get_by_label("Quote me with my initials").check()
    voted.get_by_label("Your name, if it may be quoted").fill("Nora Jensen")
    voted.get_by_role("button", name="Add my words").click()

    expect(window.get_by_text("I sit in on the call and let them lead.")).to_be_visible()


def test_reader_comments_and_confirms_by_mail(demo: Demo, window: Page) -> None:
    form = window.locator("form", has=window.get_by_label("Your comment"))
    form.get_by_label("Your comment").fill("My week looks the same, but on Thursdays.")
    form.get_by_label("Your name").fill("Nora Jensen")
    form.get_by_label("Your e-mail address").fill("nora.plain@example.org")
    form.get_by_role("button", name="Send").click()
    expect(window.get_by_label("Your comment")).to_have_value("My week looks the same, but on Thursdays.")
    window.get_by_role("button", name="Send").click()
    expect(window.get_by_role("heading", name="Thank you")).to_be_visible()

    _follow_link(demo.wait_for_mail(window, to="nora.plain@example.org"), "/comments/confirm/")
    window.get_by_role("button", name="Yes, confirm my comment").click()

    expect(window.get_by_role("heading", name="Confirmed. Thank you.")).to_be_visible()


def test_reader_subscribes_and_confirms_by_mail(demo: Demo, window: Page) -> None:
    box = window.locator("form.onward-newsletter").last
    box.get_by_label("Your e-mail address").fill("nora.follows@example.org")
    box.get_by_role("button", name="Follow").click()
    expect(window.get_by_role("heading", name="Look in your mailbox")).to_be_visible()

    _follow_link(demo.wait_for_mail(window, to="nora.follows@example.org"), "/newsletter/confirm/")
    window.get_by_role("button", name="Yes, subscribe me").click()

    expect(window.get_by_role("heading", name="Thank you. You are in.")).to_be_visible()


def _follow_link(page: Page, path: str) -> None:
    """Open the link of a mail that is shown in the mailbox."""
    href = page.locator(f"pre a[href*='{path}']").first.get_attribute("href")
    assert href is not None
    page.goto(href)
