"""The card where there is little room: small phones, and text at twice its size."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from onward_polls.models import Poll
from tests.polls.factories import a_poll, an_article
from tests.polls.kinds import a_scale


pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

#: Small, common and large phones, and what is left of a small window at twice the size.
PHONES = (320, 360, 375, 390, 430)

#: How many points of a scale stand in each of its rows.
ROWS = """(card) => Object.values(Object.groupBy(
  [...card.querySelectorAll('.onward-poll__scale > *')].map((point) => point.getBoundingClientRect().top),
  (top) => Math.round(top)
)).map((row) => row.length)"""

#: How far anything in the card reaches over its edge, in points.
OVER_THE_EDGE = """(card) => Math.max(...[...card.querySelectorAll('.onward-poll__card *')]
  .filter((each) => each.checkVisibility() && !each.closest('.onward-poll__status'))
  .map((each) => each.getBoundingClientRect().right)) - card.getBoundingClientRect().right"""

#: How many lines the words of an option take up.
LINES = """(card, text) => {
  const range = document.createRange();
  range.selectNodeContents([...card.querySelectorAll('.onward-poll__option span')].find((each) => each.textContent == text));
  return new Set([...range.getClientRects()].map((rect) => Math.round(rect.top))).size;
}"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 320, "height": 700})
    yield context.new_page()
    context.close()


def card_of(page: Page, live_server: Any, poll: Poll) -> Any:
    page.goto(live_server.url + an_article(poll).get_url())
    # The reader's own card takes the place of everybody's.
    page.wait_for_load_state("networkidle")
    return page.locator(f"#poll-{poll.pk}")


@pytest.mark.parametrize("points", [5, 6, 7, 8, 11])
def test_no_point_of_a_scale_stands_alone_in_a_row(page: Page, live_server: Any, points: int) -> None:
    card = card_of(page, live_server, a_scale(steps=[str(number) for number in range(points)]))

    for width in PHONES:
        page.set_viewport_size({"width": width, "height": 700})
        rows = card.evaluate(ROWS)
        assert (sum(rows), min(rows) > 1) == (points, True), (width, rows)


def test_words_stay_whole_on_a_small_phone_with_text_at_twice_its_size(page: Page, live_server: Any) -> None:
    card = card_of(
        page, live_server, a_poll("What takes most of your week?", ["Coaching", "Repairing things"])
    )

    page.evaluate("document.documentElement.style.fontSize = '200%'")

    assert card.evaluate(LINES, "Coaching") == 1
    assert card.evaluate(LINES, "Repairing things") == 2
    assert card.evaluate(OVER_THE_EDGE) <= 0
