"""An author goes through suggested themes in a real browser: with the keyboard alone, and without JavaScript."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth import get_user_model
from playwright.sync_api import Browser, Page, expect

from onward_polls.actions.themes import create_theme
from onward_polls.models import Poll, ProposedTheme, Theme
from tests.polls.editor import address
from tests.polls.factories import a_poll, an_article
from tests.polls.sentences import sentences, written_to


pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
pytest.importorskip("sklearn", reason="the extra themes is not installed")


@pytest.fixture
def poll() -> Poll:
    """A poll to which 244 readers have written."""
    poll = a_poll()
    an_article(poll)
    written_to(poll, sentences())
    return poll


@pytest.fixture
def open_board(browser: Browser, live_server: Any, client: Any) -> Iterator[Callable[..., Page]]:
    """Open the board of a poll as an author who is signed in."""
    contexts = []

    def opened(poll: Poll, **options: Any) -> Page:
        client.force_login(get_user_model().objects.create_superuser("author", "a@example.org", "words"))
        context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
        contexts.append(context)
        session = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page = context.new_page()
        page.goto(live_server.url + address("board", poll.pk))
        return page

    yield opened
    for context in contexts:
        context.close()


def suggested(page: Page) -> Page:
    page.get_by_role("button", name="Suggest themes").click()
    page.wait_for_url("**/proposals/")
    return page


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_theme_is_suggested_renamed_and_accepted(open_board: Any, poll: Poll, scripts: bool) -> None:
    page = suggested(open_board(poll, java_script_enabled=scripts))
    theme = ProposedTheme.objects.get(name="Forecast, pipeline, target")
    card = page.locator(f"#theme-{theme.pk}")

    card.get_by_label("Name of the theme").fill("The number")
    card.get_by_role("button", name="Accept").click()
    page.wait_for_load_state()

    assert Theme.objects.get().name == "The number"
    expect(page.locator(".onward-proposal")).to_have_count(8)


def test_sentences_are_marked_and_moved_with_keys_alone(open_board: Any, poll: Poll) -> None:
    page = suggested(open_board(poll))
    box = page.get_by_label("Ask my wife.")

    box.focus()
    page.keyboard.press("Space")
    page.locator("#move-new").focus()
    page.keyboard.type("Home")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/proposals/#theme-*")

    assert ProposedTheme.objects.get(name="Home").words.count() == 1


#: Whether what has the focus ends above the bar at the foot of the window.
ABOVE_THE_BAR = """() => document.activeElement.getBoundingClientRect().bottom
    <= document.querySelector(".onward-proposal__move").getBoundingClientRect().top + 1"""


def test_once_a_sentence_is_marked_the_bar_is_at_hand_and_hides_nothing_that_has_the_focus(
    open_board: Any, poll: Poll
) -> None:
    page = suggested(open_board(poll))
    bar = page.locator(".onward-proposal__move")
    expect(bar).not_to_be_in_viewport()

    page.locator("[name=line]").first.focus()
    page.keyboard.press("Space")

    expect(bar).to_be_in_viewport()
    for _press in range(25):
        page.keyboard.press("Tab")
        page.wait_for_function(ABOVE_THE_BAR)


@pytest.mark.parametrize("width", [390, 1280])
def test_the_screens_are_accessible(open_board: Any, poll: Poll, width: int) -> None:
    for name in ("People", "Paper"):
        create_theme(poll, name)
    page = open_board(poll)
    page.set_viewport_size({"width": width, "height": 900})
    found = [Axe().run(page, context=".onward-poll-desk")]
    suggested(page)
    found.append(Axe().run(page, context=".onward-poll-desk"))
    page.get_by_role("link", name="more").first.click()
    page.wait_for_load_state()
    found.append(Axe().run(page, context=".onward-poll-desk"))

    assert [each.generate_report() for each in found if each.violations_count] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_theme_is_moved_up_without_javascript(open_board: Any, poll: Poll) -> None:
    for name in ("People", "Paper"):
        create_theme(poll, name)
    page = open_board(poll, java_script_enabled=False)

    page.get_by_role("button", name="Move “Paper” up").click()
    page.wait_for_load_state()

    assert [theme.name for theme in Theme.objects.all()] == ["Paper", "People"]
    expect(page.locator(".onward-board__theme .onward-board__show").first).to_have_text("1 Paper 0")
