"""A reader answers a poll in a real browser, with and without JavaScript."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from onward_polls.models import Ballot, Poll
from tests.polls.factories import a_poll, a_words_poll, an_article, vote


pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 800})
    yield context.new_page()
    context.close()


@pytest.fixture
def poll() -> Poll:
    return a_poll()


@pytest.fixture
def article(poll: Poll, live_server: Any) -> str:
    return live_server.url + an_article(poll).get_url()


def test_a_tap_counts_without_leaving_the_page_and_is_announced(page: Page, article: str, poll: Poll) -> None:
    vote(poll, "Repair")
    page.goto(article)

    page.get_by_label("Selling").check()
    page.get_by_role("button", name="Answer", exact=True).click()

    card = page.locator(f"#poll-{poll.pk}")
    expect(card).to_contain_text("2 readers who chose to answer")
    expect(card).to_contain_text("your answer")
    expect(card.get_by_role("status")).to_have_text("Your answer is counted. 1 of 2 chose this.")
    assert page.evaluate("document.activeElement.className") == "onward-poll__question"
    assert page.url == article
    assert Ballot.objects.count() == 2


def test_the_way_to_the_own_answers_is_shown_once(
    page: Page, live_server: Any, article: str, poll: Poll
) -> None:
    page.goto(f"{live_server.url}/polls/{poll.pk}/")
    ways = page.get_by_role("link", name="My answers")
    expect(ways).to_have_count(1)

    page.get_by_label("Selling").check()
    page.get_by_role("button", name="Answer", exact=True).click()

    expect(page.locator(f"#poll-{poll.pk}")).to_contain_text("is counted")
    expect(ways).to_have_count(1)


def test_a_first_vote_takes_two_requests(page: Page, article: str, poll: Poll) -> None:
    page.goto(article)
    posts = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)

    page.get_by_label("Selling").check()
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.locator(f"#poll-{poll.pk}")).to_contain_text("is counted")

    assert len([url for url in posts if "/polls/" in url]) <= 2


def test_update_waits_until_something_differs(page: Page, article: str, poll: Poll) -> None:
    page.goto(article)
    page.get_by_label("Selling").check()
    page.get_by_role("button", name="Answer", exact=True).click()

    page.get_by_role("link", name="Change my answer").click()
    update = page.get_by_role("button", name="Update my answer")
    expect(update).to_be_disabled()
    page.get_by_label("Repair").check()
    update.click()

    expect(page.locator(".onward-poll__line--mine")).to_contain_text("Repair")
    assert Ballot.objects.count() == 1


def test_without_a_connection_the_choice_is_kept_and_a_sentence_says_so(
    page: Page, article: str, poll: Poll
) -> None:
    page.goto(article)
    page.get_by_label("Selling").check()
    page.context.set_offline(True)

    page.get_by_role("button", name="Answer", exact=True).click()

    expect(page.get_by_role("alert")).to_contain_text("Your choice is kept")
    expect(page.get_by_label("Selling")).to_be_checked()
    page.context.set_offline(False)
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.locator(f"#poll-{poll.pk}")).to_contain_text("is counted")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_reader_who_comes_back_sees_the_own_answer(page: Page, article: str, poll: Poll) -> None:
    page.goto(article)
    page.get_by_label("Selling").check()
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.locator(f"#poll-{poll.pk}")).to_contain_text("is counted")

    page.goto(article)
    # By script: the card may be replaced while the browser is still scrolling to it.
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")

    expect(page.locator(f"#poll-{poll.pk}")).to_contain_text("your answer")


def test_words_with_consent_in_the_card(page: Page, article: str) -> None:
    page.goto(article)
    page.get_by_label("Selling").check()
    page.get_by_role("button", name="Answer", exact=True).click()

    page.get_by_label("What do you do instead?").fill("I block Friday for coaching.")
    page.get_by_label("Quote me with my initials").check()
    page.get_by_label("Your name, if it may be quoted").fill("Tess Okafor")
    page.get_by_role("button", name="Add my words").click()

    expect(page.get_by_text("Thank you for your words")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Your words are kept.")).to_have_count(1)
    ballot = Ballot.objects.get()
    assert (ballot.words, ballot.credit) == ("I block Friday for coaching.", "T. O.")


def test_a_question_for_words_only(page: Page, live_server: Any) -> None:
    page.goto(live_server.url + an_article(a_words_poll()).get_url())

    page.get_by_label("Your answer").fill("We split the role in two.")
    page.get_by_role("button", name="Send my words").click()

    expect(page.get_by_text("Thank you for your words")).to_be_visible()
    assert Ballot.objects.get().words == "We split the role in two."


def test_with_the_keyboard_alone(page: Page, article: str, poll: Poll) -> None:
    page.goto(article)

    page.get_by_label("Repair").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page.locator(".onward-poll__line--mine")).to_contain_text("Selling")


def test_without_javascript_one_page_more_does_it(browser: Browser, article: str, poll: Poll) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 800})
    page = context.new_page()
    page.goto(article)

    page.get_by_label("Selling").check()
    page.get_by_role("button", name="Answer", exact=True).click()
    page.get_by_role("button", name="Count my answer").click()

    expect(page.locator(f"#poll-{poll.pk}")).to_contain_text("your answer")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("link", name="Back to the article").click()
    assert page.url == article
    context.close()
