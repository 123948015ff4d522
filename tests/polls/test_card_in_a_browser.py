"""The card in a real browser: kinds, orders, keyboard, screen readers, small screens, strong contrast."""

import gc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from onward_polls.models import Ballot, Poll
from tests.polls.factories import a_poll, a_words_poll, an_article, vote
from tests.polls.kinds import OTHER, a_picture_poll, a_poll_with_other, a_scale


pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    # Wagtail leaves the file open that it makes a rendition in.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

MANY = tuple(f"Answer {letter}" for letter in "ABCDEFGH")


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 390, "height": 800}, locale="en-GB")
    yield context
    context.close()
    gc.collect()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def open_article(page: Page, live_server: Any) -> Callable[[Poll], Locator]:
    """Open an article with a poll, and return the poll's card."""

    def open_it(poll: Poll) -> Locator:
        page.goto(live_server.url + an_article(poll).get_url())
        return page.locator(f"#poll-{poll.pk}")

    return open_it


def answer(page: Page) -> None:
    page.get_by_role("button", name="Answer", exact=True).click()


def order_of(card: Locator) -> list[str]:
    return [text.strip() for text in card.locator(".onward-poll__option").all_inner_texts()]


Open = Callable[[Poll], Locator]


class TestOther:
    def test_the_field_waits_until_other_is_marked(self, page: Page, open_article: Open) -> None:
        open_article(a_poll_with_other())
        field = page.get_by_label("What do you do instead?")

        expect(field).to_be_hidden()
        page.get_by_label(OTHER).check()
        expect(field).to_be_visible()
        field.fill("I sit in forecast calls")
        answer(page)

        expect(page.get_by_text("Thank you for your words")).to_be_visible()
        assert Ballot.objects.get().words == "I sit in forecast calls"

    def test_writing_marks_other_where_the_field_always_shows(self, page: Page, open_article: Open) -> None:
        open_article(a_poll_with_other(kind=Poll.Kind.MULTIPLE))
        page.wait_for_load_state("networkidle")
        # As in a browser that does not know the rule which hides the field.
        page.locator(".onward-poll__beside").evaluate("(field) => { field.style.display = 'block'; }")

        page.get_by_label("What do you do instead?").press_sequentially("Forecasts")

        expect(page.get_by_label(OTHER)).to_be_checked()

    def test_without_javascript_the_field_always_shows(self, browser: Browser, live_server: Any) -> None:
        poll = a_poll_with_other()
        context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 700})
        page = context.new_page()
        page.goto(live_server.url + an_article(poll).get_url())

        expect(page.get_by_label("What do you do instead?")).to_be_visible()
        page.get_by_label(OTHER).check()
        page.get_by_label("What do you do instead?").fill("Forecasts")
        answer(page)
        page.get_by_role("button", name="Count my answer").click()

        expect(page.get_by_text("Thank you for your words")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        context.close()

    def test_update_waits_for_new_words_or_another_role(self, page: Page, open_article: Open) -> None:
        open_article(a_poll_with_other(roles="Sales rep\nManager"))
        page.get_by_label(OTHER).check()
        page.get_by_label("What do you do instead?").fill("Forecasts")
        answer(page)
        page.get_by_role("link", name="Change my answer").click()
        update = page.get_by_role("button", name="Update my answer")

        expect(update).to_be_disabled()
        page.get_by_label("What do you do instead?").fill("Forecast calls")
        expect(update).to_be_enabled()
        page.get_by_label("What do you do instead?").fill("Forecasts")
        expect(update).to_be_disabled()
        page.get_by_label("I am a").select_option("Manager")
        expect(update).to_be_enabled()
        update.click()

        expect(page.get_by_text("Your vote is in")).to_be_visible()
        assert (Ballot.objects.get().words, Ballot.objects.get().role) == ("Forecasts", "Manager")


class TestShuffled:
    def test_a_new_reader_gets_an_order_that_stays_while_the_page_is_open(
        self, page: Page, open_article: Open
    ) -> None:
        card = open_article(a_poll_with_other(options=MANY, shuffle=True))
        first = order_of(card)

        # The reader's own part of the page has arrived by then, and put a card of the server's in place.
        page.wait_for_load_state("networkidle")
        assert order_of(card) == first
        assert sorted(first) == sorted([*MANY, OTHER])
        assert first[-1] == OTHER
        page.get_by_label("Answer C").check()
        answer(page)
        page.get_by_role("link", name="Change my answer").click()
        expect(page.get_by_role("button", name="Update my answer")).to_be_visible()

        assert order_of(card) == first

    def test_new_readers_differ(self, browser: Browser, live_server: Any) -> None:
        url = live_server.url + an_article(poll := a_poll(options=MANY, shuffle=True)).get_url()
        orders = set()
        for _reader in range(4):
            context = browser.new_context()
            page = context.new_page()
            page.goto(url)
            orders.add(tuple(order_of(page.locator(f"#poll-{poll.pk}"))))
            context.close()

        assert len(orders) > 1

    def test_a_reader_who_is_known_finds_the_same_order_again(
        self, context: BrowserContext, page: Page, open_article: Open
    ) -> None:
        card = open_article(a_poll(options=MANY, shuffle=True))
        page.get_by_label("Answer C").check()
        answer(page)
        expect(card).to_contain_text("is counted")
        page.goto(url := f"{page.url.rpartition('/series')[0]}/polls/{Poll.objects.get().pk}/?change=1")
        first = order_of(card)

        page.goto(url)

        assert order_of(card) == first

    def test_nothing_is_kept_in_the_browser_before_an_answer(
        self, context: BrowserContext, page: Page, open_article: Open
    ) -> None:
        open_article(a_poll(options=MANY, shuffle=True))
        page.wait_for_load_state("networkidle")
        page.get_by_label("Answer C").check()

        assert context.cookies() == []
        assert page.evaluate("localStorage.length + sessionStorage.length") == 0


class TestStates:
    def test_hidden_result(self, page: Page, open_article: Open) -> None:
        poll = a_poll(results_visibility=Poll.ResultsVisibility.AFTER_CLOSING, ask_words=False)
        vote(poll, "Repair")
        card = open_article(poll)
        page.get_by_label("Selling").check()
        answer(page)

        expect(card).to_contain_text("You voted for “Selling”.")
        expect(card.get_by_role("status")).to_have_text("Your answer is counted.")
        expect(card.get_by_role("button")).to_have_count(0)
        page.get_by_role("link", name="Change my answer").click()
        expect(page.get_by_role("button", name="Take my answer back")).to_be_visible()
        page.get_by_role("link", name="Leave it as it is").click()
        expect(card).to_contain_text("You voted for “Selling”.")

    def test_withdrawn(self, page: Page, open_article: Open) -> None:
        card = open_article(a_poll())
        page.get_by_label("Selling").check()
        answer(page)
        page.get_by_role("link", name="Change my answer").click()
        page.get_by_role("button", name="Take my answer back").click()

        expect(card.get_by_role("status")).to_have_text("Your answer was taken back.")
        expect(page.get_by_label("Selling")).not_to_be_checked()

    def test_too_few_answers_are_said_and_focused(self, page: Page, open_article: Open) -> None:
        open_article(a_poll(kind=Poll.Kind.MULTIPLE, min_votes=2))
        page.get_by_label("Selling").check()
        answer(page)

        expect(page.get_by_role("alert")).to_contain_text("at least 2 answers")
        expect(page.get_by_role("alert")).to_be_focused()
        expect(page.get_by_label("Selling")).to_be_checked()

    def test_with_the_keyboard_alone_through_change_and_back(self, page: Page, open_article: Open) -> None:
        card = open_article(a_poll_with_other(roles="Sales rep"))
        press = page.keyboard.press

        page.get_by_label("Repair").focus()
        for key in ["ArrowUp", "Tab"]:
            press(key)
        expect(page.get_by_label("What do you do instead?")).to_be_focused()
        page.keyboard.type("Forecasts")
        press("Tab")
        expect(page.get_by_label("I am a")).to_be_focused()
        press("Tab")
        press("Enter")
        expect(card.get_by_role("heading").first).to_be_focused()
        press("Tab")
        expect(page.get_by_role("link", name="Change my answer")).to_be_focused()
        press("Enter")
        expect(card).to_have_attribute("data-state", "change")
        press("Tab")

        expect(page.get_by_label(OTHER)).to_be_focused()


def kinds() -> dict[str, Callable[[], Poll]]:
    steps = ("Strongly disagree", "Disagree", "Neither", "Agree", "Strongly agree")
    return {
        "one answer": a_poll,
        "other": lambda: a_poll_with_other(roles="Sales rep\nManager"),
        "several": lambda: a_poll_with_other(kind=Poll.Kind.MULTIPLE, min_votes=2),
        "eleven numbers": lambda: a_scale(steps=[str(number) for number in range(11)]),
        "steps in words": lambda: a_scale(steps=steps),
        "pictures": lambda: a_picture_poll(3),
        "words only": a_words_poll,
        "long words": lambda: a_poll("Donaudampfschifffahrt" * 6, ["Rindfleischetikett" * 9, "No"]),
    }


@pytest.mark.parametrize("kind", list(kinds()))
def test_every_kind_fits_and_is_accessible(page: Page, open_article: Open, kind: str) -> None:
    card = open_article(kinds()[kind]())
    expect(card).to_be_visible()

    # 320 points wide is also what 1280 points are at 400 % zoom; 640 are 1280 at 200 %.
    for width in (320, 640, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert small_targets(card) == []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert_accessible(page)


def test_every_state_is_accessible(page: Page, open_article: Open, live_server: Any) -> None:
    for visibility, changes in [
        ("after_voting", {}),
        ("editors", {}),
        ("after_voting", {"excluded": True}),
        ("after_voting", {"closes_at": timezone.now()}),
        ("editors", {"closes_at": timezone.now()}),
        ("after_voting", {"archived_at": timezone.now()}),
        ("after_voting", {"opens_at": timezone.now() + timezone.timedelta(days=2)}),
    ]:
        poll = a_poll(results_visibility=visibility)
        for _reader in range(12):
            vote(poll, "Repair")
        card = open_article(poll)
        page.get_by_label("Selling").check()
        answer(page)
        expect(card).to_have_attribute("data-state", "voted")
        assert_accessible(page)
        if changes.pop("excluded", False):
            Ballot.objects.filter(poll=poll).update(excluded_at=timezone.now(), exclusion="network")
        Poll.objects.filter(pk=poll.pk).update(**changes)
        page.goto(f"{live_server.url}/polls/{poll.pk}/")
        assert_accessible(page)


def test_the_marked_option_and_the_own_answer_show_without_colours(
    browser: Browser, live_server: Any
) -> None:
    context = browser.new_context(forced_colors="active", viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(live_server.url + an_article(a_poll()).get_url())
    outline = "(element) => getComputedStyle(element.closest('label')).outlineStyle"

    page.get_by_label("Selling").check()

    assert page.get_by_label("Selling").evaluate(outline) == "solid"
    assert page.get_by_label("Repair").evaluate(outline) == "none"
    context.close()


def small_targets(card: Locator) -> list[str]:
    """Return what can be pressed in a form and is smaller than 44 by 44 points."""
    found: list[str] = card.evaluate(
        """card => [...card.querySelectorAll("label.onward-poll__option, button, select, input[type=text]")]
            .filter((element) => element.checkVisibility())
            .filter((element) => { const { width, height } = element.getBoundingClientRect(); return width < 44 || height < 44; })
            .map((element) => element.outerHTML)"""
    )
    return found


def assert_accessible(page: Page) -> None:
    """Fail with axe's own words when it finds anything in the card."""
    found = Axe().run(page, context="onward-poll")
    assert found.violations_count == 0, found.generate_report()
