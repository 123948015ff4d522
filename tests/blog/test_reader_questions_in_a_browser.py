"""A reader says “I want this too” in a real browser: with one press, heard and seen, and without scripts as well."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from onward_blog.models import QuestionSupport, ReaderQuestion
from tests.blog.discussion import a_series
from tests.blog.questions import a_question


pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PHONE = {"viewport": {"width": 390, "height": 800}}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(**PHONE)
    yield context.new_page()
    context.close()


@pytest.fixture
def series() -> Any:
    return a_series()


@pytest.fixture
def question(series: Any) -> ReaderQuestion:
    a_question(series, "And what do the others do?", wanted=5)
    return a_question(series, wanted=2)


@pytest.fixture
def address(series: Any, question: ReaderQuestion, live_server: Any) -> str:
    return f"{live_server.url}{series.url}"


def item_of(page: Page, question: ReaderQuestion) -> Any:
    return page.locator(f"#question-{question.pk}")


def wanted(question: ReaderQuestion) -> int:
    return QuestionSupport.objects.filter(question=question).count()


def test_one_press_counts_stays_on_the_page_and_is_announced(
    page: Page, address: str, question: ReaderQuestion
) -> None:
    page.goto(address)
    item = item_of(page, question)

    item.get_by_role("button", name="I want this too").press("Enter")

    expect(item).to_contain_text("3 readers want this answered")
    expect(item).to_contain_text("You want this too")
    said = page.locator("onward-questions").get_by_role("status")
    expect(said).to_have_text("You want this too. 3 readers want this answered")
    expect(item.get_by_role("button", name="Take it back")).to_be_focused()
    assert page.url == address
    assert wanted(question) == 3
    assert Axe().run(page).violations_count == 0


def test_taking_it_back_and_pressing_again_need_one_press_each(
    page: Page, address: str, question: ReaderQuestion
) -> None:
    page.goto(address)
    item = item_of(page, question)
    item.get_by_role("button", name="I want this too").click()
    expect(item).to_contain_text("3 readers want this answered")
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)

    item.get_by_role("button", name="Take it back").click()
    expect(page.locator("onward-questions").get_by_role("status")).to_contain_text("Taken back. 2 readers")
    expect(item.get_by_role("button", name="I want this too")).to_be_focused()
    item.get_by_role("button", name="I want this too").click()
    expect(item).to_contain_text("3 readers want this answered")

    assert len(posts) == 2
    assert wanted(question) == 3


def test_two_presses_in_a_row_are_one(page: Page, address: str, question: ReaderQuestion) -> None:
    page.goto(address)
    item = item_of(page, question)

    item.get_by_role("button", name="I want this too").dblclick()

    expect(item).to_contain_text("You want this too")
    assert wanted(question) == 3


def test_a_question_answered_meanwhile_says_so_beside_its_button(
    page: Page, address: str, question: ReaderQuestion
) -> None:
    page.goto(address)
    ReaderQuestion.objects.filter(pk=question.pk).update(state="answered")
    item = item_of(page, question)

    item.get_by_role("button", name="I want this too").click()

    expect(item.get_by_role("alert")).to_contain_text("not open any more")
    assert wanted(question) == 2


def test_a_lost_connection_is_said_and_the_next_press_works(
    page: Page, address: str, question: ReaderQuestion
) -> None:
    page.goto(address)
    item = item_of(page, question)
    button = item.get_by_role("button", name="I want this too")

    page.context.set_offline(True)
    button.click()
    expect(item.get_by_role("alert")).to_contain_text("nothing was noted")
    page.context.set_offline(False)
    button.click()

    expect(item).to_contain_text("3 readers want this answered")
    expect(item.get_by_role("alert")).to_have_count(0)


def test_without_scripts_a_page_asks_for_one_more_press(
    browser: Browser, address: str, question: ReaderQuestion
) -> None:
    context = browser.new_context(java_script_enabled=False, **PHONE)
    page = context.new_page()
    page.goto(address)

    item_of(page, question).get_by_role("button", name="I want this too").click()
    page.get_by_role("button", name="Press to say: I want this too").click()

    expect(item_of(page, question)).to_contain_text("3 readers want this answered")
    expect(item_of(page, question)).to_contain_text("You want this too")
    context.close()
