"""An author sorts sentences in a real browser: by keyboard alone, by drag, and without JavaScript."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from onward_polls.actions import add_words, rebuild_tallies, withdraw_ballot
from onward_polls.actions.themes import create_theme
from onward_polls.models import Ballot, FairnessFlag, Poll, Theme, WordsNote
from onward_polls.viewsets import poll_viewset
from tests.polls.factories import a_poll, an_article, vote


pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

SENTENCES = ("I coach on Tuesdays.", "I write reports.", "I hire.")


@pytest.fixture
def poll() -> Poll:
    """Three sentences, and two themes for them."""
    poll = a_poll()
    an_article(poll)
    for words in SENTENCES:
        add_words(vote(poll, "Repair"), words=words, consent="none")
    create_theme(poll, "People")
    create_theme(poll, "Paper")
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
        page.goto(live_server.url + reverse(poll_viewset.get_url_name("board"), args=[poll.pk]))
        return page

    yield opened
    for context in contexts:
        context.close()


def theme_of(words: str) -> str | None:
    note = WordsNote.objects.filter(ballot__words=words).select_related("theme").first()
    return note.theme.name if note and note.theme else None


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.querySelector('blockquote')?.textContent ?? ''")


def test_three_sentences_are_sorted_with_keys_alone(open_board: Any, poll: Poll) -> None:
    page = open_board(poll)
    status = page.locator(".onward-board__status")
    page.locator(".onward-words").first.focus()

    page.keyboard.press("1")
    expect(status).to_have_text("Sorted into “People”.")
    expect(page.locator(".onward-words").nth(1)).to_be_focused()
    page.keyboard.press("2")
    expect(page.locator(".onward-words").nth(2)).to_be_focused()
    page.keyboard.press("s")
    expect(status).to_have_text("Starred.")
    expect(page.locator(".onward-words").nth(2)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("0")
    expect(status).to_have_text("Not in a theme any more.")

    assert [theme_of(words) for words in SENTENCES] == ["People", None, None]
    assert WordsNote.objects.get(ballot__words="I hire.").starred
    expect(page.locator("[data-count=unsorted]")).to_have_text("2")
    expect(page.locator("[data-count=starred]")).to_have_text("1")


def test_a_new_theme_is_made_for_a_sentence_and_the_work_goes_on(open_board: Any, poll: Poll) -> None:
    page = open_board(poll)
    page.locator(".onward-words").first.focus()

    page.keyboard.press("n")
    page.keyboard.type("Teaching")
    page.keyboard.press("Enter")
    page.wait_for_url("**/board/*/#words-*")

    assert theme_of("I coach on Tuesdays.") == "Teaching"
    expect(page.locator(".onward-board__theme")).to_have_count(3)
    expect(page.locator(".onward-words")).to_have_count(2)


def test_a_sentence_is_dragged_into_a_theme(open_board: Any, poll: Poll) -> None:
    page = open_board(poll)

    page.locator(".onward-words__grip").nth(1).drag_to(page.locator(".onward-board__theme").nth(1))

    expect(page.locator(".onward-board__status")).to_have_text("Sorted into “Paper”.")
    expect(page.locator(".onward-words").nth(1).locator("select")).to_have_value(
        str(Theme.objects.get(name="Paper").pk)
    )
    assert theme_of("I write reports.") == "Paper"


def test_choosing_from_all_themes_returns_to_the_sentence(open_board: Any, poll: Poll) -> None:
    page = open_board(poll)
    page.locator(".onward-words").first.focus()

    page.keyboard.press("t")
    page.keyboard.press("P")
    page.keyboard.press("Escape")

    expect(page.locator(".onward-words").first).to_be_focused()


def test_a_sentence_taken_back_meanwhile_leaves_and_focus_goes_on(open_board: Any, poll: Poll) -> None:
    page = open_board(poll)
    page.locator(".onward-words").first.focus()
    withdraw_ballot(Ballot.objects.get(words="I coach on Tuesdays."))

    page.keyboard.press("1")

    expect(page.locator(".onward-board__status")).to_contain_text("taken this sentence back")
    expect(page.locator(".onward-words")).to_have_count(2)
    assert focused(page) == "I write reports."


def test_without_a_connection_nothing_seems_saved(open_board: Any, poll: Poll) -> None:
    page = open_board(poll)
    page.context.set_offline(True)
    page.locator(".onward-words").first.focus()

    page.keyboard.press("1")

    expect(page.locator(".onward-board__status")).to_contain_text("was not saved")
    expect(page.locator(".onward-words--sorted")).to_have_count(0)
    assert focused(page) == "I coach on Tuesdays."


def flag_some_and_limit_one(poll: Poll) -> None:
    """Leave one sign to be decided, and one ballot that the limit of its network has set aside."""
    now, ballots = timezone.now(), list(poll.ballots.order_by("pk"))
    flag = FairnessFlag.objects.create(
        poll=poll, kind=FairnessFlag.Kind.BURST, network="n" * 64, first_at=now, last_at=now, found_at=now
    )
    flag.ballots.set(ballots[:2])
    Ballot.objects.filter(pk=ballots[2].pk).update(excluded_at=now, exclusion=Ballot.Exclusion.NETWORK)
    rebuild_tallies(poll)


@pytest.mark.parametrize("name", ["board", "inspect", "fairness"])
def test_a_screen_is_accessible(open_board: Any, poll: Poll, name: str) -> None:
    flag_some_and_limit_one(poll)
    page = open_board(poll)
    page.goto(page.url.replace("/board/", f"/{name}/"))

    found = Axe().run(page, context=".onward-poll-desk")

    assert found.violations_count == 0, found.generate_report()


def test_without_javascript_a_card_is_a_form(open_board: Any, poll: Poll) -> None:
    page = open_board(poll, java_script_enabled=False)
    card = page.locator(".onward-words").first

    card.get_by_label("Theme").select_option("People", force=True)
    card.get_by_role("button", name="Sort").click()

    assert theme_of("I coach on Tuesdays.") == "People"
    assert page.locator(".onward-words").count() == 2
