"""Every face of the card that a slip or a change of mind leads to, as assistive technology finds it."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from onward_polls.models import Poll
from tests.polls.factories import a_poll, an_article


pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

SCHEMES = ("light", "dark")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    # Colours that are still on their way to another scheme are nobody's colours.
    context = browser.new_context(viewport={"width": 390, "height": 800}, reduced_motion="reduce")
    yield context.new_page()
    context.close()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def assert_accessible(page: Page) -> None:
    """Fail with axe's own words when it finds anything in the card, in light or dark colours."""
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = Axe().run(page, context="onward-poll")
        assert found.violations_count == 0, found.generate_report()


def test_too_few_then_offline_then_change_then_withdrawn(page: Page, live_server: Any) -> None:
    poll = a_poll(kind=Poll.Kind.MULTIPLE, min_votes=2)
    page.goto(live_server.url + an_article(poll).get_url())
    card = page.locator(f"#poll-{poll.pk}")

    page.get_by_label("Selling").check()
    press(page, "Answer")
    expect(page.get_by_role("alert")).to_contain_text("at least 2 answers")
    assert_accessible(page)

    page.get_by_label("Repair").check()
    page.context.set_offline(True)
    press(page, "Answer")
    expect(page.get_by_role("alert")).to_contain_text("Your choice is kept")
    assert_accessible(page)
    page.context.set_offline(False)

    press(page, "Answer")
    page.get_by_role("link", name="Change my answer").click()
    expect(page.get_by_role("button", name="Take my answer back")).to_be_visible()
    assert_accessible(page)

    press(page, "Take my answer back")
    expect(card.get_by_role("status")).to_have_text("Your answer was taken back.")
    assert_accessible(page)


def test_the_page_that_asks_once_more_without_javascript(browser: Browser, live_server: Any) -> None:
    for scheme in SCHEMES:
        context = browser.new_context(java_script_enabled=False, color_scheme=scheme)
        page = context.new_page()
        page.goto(live_server.url + an_article(a_poll()).get_url())
        page.get_by_label("Selling").check()
        press(page, "Answer")
        expect(page.get_by_role("button", name="Count my answer")).to_be_visible()

        # axe is a script, so it reads what the server sent in a page that may run one.
        reader = browser.new_page(color_scheme=scheme)
        reader.goto(page.url)
        reader.set_content(page.content())
        found = Axe().run(reader, context="onward-poll")

        assert found.violations_count == 0, found.generate_report()
        reader.close()
        context.close()
