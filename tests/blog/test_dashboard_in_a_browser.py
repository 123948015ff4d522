"""The dashboard in a real browser: nothing for axe to find, readable without scripts, and nothing cut off."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from onward_blog.models import AuthorDesk
from onward_blog.responses.aggregating import aggregate_responses
from onward_blog.responses.folding import fold_responses
from tests.blog.answers import a_part, a_poll, a_series, ballots


pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def story(transactional_db: None) -> Any:
    """One part with answers on three days, and one with none."""
    poll = a_poll()
    series = a_series("Out of date?")
    for day, n in enumerate((9, 4, 12)):
        when = timezone.now() - timedelta(days=5 - day)
        if not day:
            part = a_part(series, body=[("poll", poll)], first_published_at=when)
        ballots(poll, {"Repair": n}, at=when)
    fold_responses()
    aggregate_responses()
    return part


@pytest.fixture
def opened(browser: Browser, live_server: Any, client: Any) -> Iterator[Callable[..., Page]]:
    """Open a screen as an author who is signed in."""
    client.force_login(get_user_model().objects.create_superuser("author", "a@example.org", "words"))
    contexts = []

    def open_(name: str, *args: int, **options: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        session = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page = context.new_page()
        page.goto(live_server.url + reverse(f"onward_blog_desk:{name}", args=args))
        return page

    yield open_
    for context in contexts:
        context.close()


def screens(part: Any) -> list[tuple[str, list[int]]]:
    return [("readers", []), ("series", [part.get_parent().pk]), ("numbers", [part.pk])]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_and_nothing_is_cut_off(opened: Any, story: Any, scheme: str, width: int) -> None:
    for name, args in screens(story):
        page = opened(name, *args, color_scheme=scheme, viewport={"width": width, "height": 900})
        page.get_by_text("The numbers as a table").click()

        found = Axe().run(page, context=".onward-desk").response["violations"]

        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_table_behind_the_charts_opens_with_the_keyboard(opened: Any, story: Any) -> None:
    page = opened("numbers", story.pk)
    cells = page.locator(".onward-desk__details td")
    expect(cells.first).to_be_hidden()

    page.locator(".onward-desk__details summary").focus()
    page.keyboard.press("Enter")

    expect(cells.first).to_be_visible()


def test_button_marks_as_seen_without_scripts(opened: Any, story: Any) -> None:
    page = opened("readers", java_script_enabled=False)

    page.locator(".onward-desk__head button").click()

    assert AuthorDesk.objects.get().seen == {str(story.pk): {"answers": 25}}


def test_empty_site_shows_its_first_steps_and_axe_finds_nothing(opened: Any) -> None:
    page = opened("readers")

    expect(page.get_by_text("Create a series: what do you want to find out?")).to_be_visible()
    found = Axe().run(page, context=".onward-desk").response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
