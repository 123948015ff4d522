"""The loop in ten steps, as one story: from a question in Part 1 to what readers said in Part 2, and back to them.

Everything is real: the demo's web server and its Celery worker, Chromium, and mail read from the mailbox.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Visitor
from tests.journeys.desk import Desk
from tests.journeys.running import Demo


pytestmark = pytest.mark.journey

QUESTION = "Who answers the first customer call of the day?"
SUBSCRIBER = "sam.follows@example.org"
READER = "rita.reads@example.org"
WORDS = "Whoever is nearest, and nobody writes it down."
CONCLUSION = "So it is whoever is nearest. Then let us put the phone there."
#: The demo folds new answers every few seconds; this is how long a number may take to show.
FOLD_MS = 90_000


@dataclass
class Cast:
    """Who takes part, each in a browser of their own."""

    demo: Demo
    author: Visitor
    reader: Visitor
    subscriber: Visitor

    @property
    def public(self) -> list[Visitor]:
        """Everybody but the author: Wagtail's autosave tells the console when half a block is not valid yet."""
        return [self.reader, self.subscriber]


@pytest.fixture
def cast(demo: Demo, new_visitor: Callable[..., Visitor]) -> Cast:
    desktop = {"viewport": {"width": 1280, "height": 900}}
    return Cast(demo, new_visitor(**desktop), new_visitor(), new_visitor(color_scheme="dark"))


def test_ten_steps_from_a_question_to_the_next_part(cast: Cast) -> None:
    desk = Desk(cast.author.page, cast.demo.url)
    desk.sign_in()
    follow_everything(cast)
    part_one = publish_part_one(desk)
    mail_to_followers(desk, "Who picks up?")
    answer_with_words(cast, part_one)
    vote_from_the_mail(cast, part_one)
    discuss(cast, desk, part_one)
    share(cast, part_one)
    see_what_came_in(desk)
    write_the_next_part(desk)
    part_two = publish_part_two(desk, part_one)
    tell_the_readers(cast, desk, part_two)
    part_one_knows_its_answer(cast, part_one, part_two)
    look_the_numbers_up(cast, part_two)
    ask_again(cast, part_two)

    for visitor in cast.public:
        assert visitor.problems == []


def follow_everything(cast: Cast) -> None:
    page = cast.subscriber.page
    page.goto(f"{cast.demo.url}/newsletter/")
    assert_accessible(page)
    page.get_by_label("Your e-mail address").fill(SUBSCRIBER)
    page.get_by_role("button", name="Subscribe").click()
    expect(page.get_by_role("heading", name="Look in your mailbox")).to_be_visible()
    open_link(cast.demo.wait_for_mail(page, to=SUBSCRIBER), "/newsletter/confirm/")
    assert_accessible(page)
    page.get_by_role("button", name="Yes, subscribe me").click()
    expect(page.get_by_role("heading", name="Thank you. You are in.")).to_be_visible()


def publish_part_one(desk: Desk) -> str:
    """Step 1 and 2: a series, a part with a question, and publishing that mails nobody. Return the address."""
    desk.make_poll(QUESTION, ["I do", "Whoever is in", "There is a rota"])
    series = desk.make_series("The first call")
    desk.begin_article(series, "Who picks up?")
    desk.add_paragraph("The phone rings at eight, and it is a customer.")
    desk.add_poll(QUESTION)
    desk.publish()
    expect(desk.page.get_by_text("Nobody has been mailed.")).to_be_visible()
    return f"{desk.url}/the-first-call/who-picks-up/"


def mail_to_followers(desk: Desk, title: str) -> None:
    """Step 2: preview, test, check and send, with progress that ends."""
    desk.open_mail_of(title)
    desk.page.get_by_role("button", name="Make the issue").click()
    expect(desk.page.locator("iframe.onward-newsletter-preview")).to_be_visible()
    desk.send_issue()


def answer_with_words(cast: Cast, part_one: str) -> None:
    """Step 3: a tap, an honest result, a sentence that may be quoted, and a wish to be told."""
    page = cast.reader.page
    page.goto(part_one)
    assert page.context.cookies() == []
    assert_accessible(page)
    card = poll_card(page, QUESTION)
    card.get_by_label("Whoever is in").check()
    card.get_by_role("button", name="Answer").click()
    expect(poll_card(page, QUESTION)).to_contain_text("1 reader who chose to answer")
    expect(poll_card(page, QUESTION)).not_to_contain_text("%")

    card = poll_card(page, QUESTION)
    card.locator("textarea[name=words]").fill(WORDS)
    card.get_by_label("Quote me with my name").check()
    card.get_by_label("Your name, if it may be quoted").fill("Rita R.")
    card.get_by_label("Tell me what came of it").fill(READER)
    card.get_by_role("button", name="Add my words").click()
    expect(poll_card(page, QUESTION)).to_contain_text(WORDS)
    assert_accessible(page)

    open_link(cast.demo.wait_for_mail(page, to=READER), "/polls/follow-up/")
    page.locator("main").get_by_role("button").first.click()
    expect(page.locator("main")).to_contain_text(re.compile("one mail", re.IGNORECASE))


def vote_from_the_mail(cast: Cast, part_one: str) -> None:
    """Step 4: two taps from the mail, and one ballot for the mail and the browser together."""
    page = cast.subscriber.page
    cast.demo.wait_for_mail(page, to=SUBSCRIBER, subject="Who picks up?")
    mail = page.frame_locator("iframe.onward-mailbox__html")
    address = mail.get_by_role("link", name="There is a rota").get_attribute("href")
    assert address is not None
    page.goto(address)
    assert_accessible(page)
    expect(page.get_by_label("There is a rota")).to_be_checked()
    expect(page.locator("main")).to_contain_text("s***@e***")
    page.get_by_role("button", name="Count my answer").click()
    expect(page.locator("main")).to_contain_text("2 readers who chose to answer")

    page.goto(part_one)
    card = poll_card(page, QUESTION)
    card.evaluate("element => element.scrollIntoView()")
    expect(card).to_contain_text("your answer")
    expect(card).to_contain_text("2 readers who chose to answer")


def discuss(cast: Cast, desk: Desk, part_one: str) -> None:
    """Step 5: the first comment of an address is held, approved and answered from one screen."""
    page = cast.reader.page
    page.goto(part_one)
    form = page.locator("form", has=page.get_by_label("Your comment"))
    form.get_by_label("Your comment").fill("We tried a rota. It lasted a week.")
    form.get_by_label("Your name").fill("Rita R.")
    form.get_by_label("Your e-mail address").fill(READER)
    form.get_by_role("button", name="Send").click()
    expect(page.locator(".onward-comments")).to_contain_text("waits for you")
    open_link(cast.demo.wait_for_mail(page, to=READER, subject="Confirm your comment"), "/comments/confirm/")
    assert_accessible(page)
    page.get_by_role("button", name="Yes, confirm my comment").click()
    expect(page.get_by_role("heading", name="Confirmed. Thank you.")).to_be_visible()
    cast.subscriber.page.goto(part_one)
    expect(cast.subscriber.page.get_by_text("It lasted a week.")).to_have_count(0)

    desk.answer_comment("It lasted a week.", "Who stopped it?")

    page.goto(part_one)
    expect(page.get_by_text("It lasted a week.")).to_be_visible()
    reply = page.get_by_role("article", name="Comment by Mara Kalani")
    expect(reply).to_contain_text("author")
    expect(reply).to_contain_text("Who stopped it?")


def share(cast: Cast, part_one: str) -> None:
    """Step 6: copying the link counts as a share click, and opening it as an arrival."""
    page = cast.reader.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=cast.demo.url)
    page.goto(part_one)
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text("shared 1 time from here")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(part_one)
    cast.subscriber.page.goto(copied)
    expect(cast.subscriber.page.get_by_role("heading", name="Who picks up?")).to_be_visible()


def see_what_came_in(desk: Desk) -> None:
    """Step 7: the worker has counted, and the author's home says so."""
    row = desk.page.get_by_role("row", name=re.compile(r"Who picks up\?"))
    desk.wait_for_home(row, re.compile(r"Who picks up\?\s+2"))


def write_the_next_part(desk: Desk) -> None:
    """Step 8: one press, and the draft holds what readers said."""
    desk.page.goto(f"{desk.url}/admin/")
    ready = desk.page.get_by_role("listitem").filter(has_text="Who picks up?")
    ready.get_by_text("Write the next part", exact=True).click()
    desk.page.wait_for_url(re.compile(r"/admin/pages/\d+/edit/"))
    expect(desk.page.locator("form#page-edit-form")).to_contain_text("What readers said")


def publish_part_two(desk: Desk, part_one: str) -> str:
    """Step 9: the author adds a title and a paragraph, stands by what the site wrote, and publishes. Return the address."""
    desk.write_title("You told me who picks up")
    desk.add_paragraph(CONCLUSION)
    desk.stand_by()
    desk.publish()
    mail_to_followers(desk, "You told me who picks up")
    return part_one.replace("who-picks-up", "you-told-me-who-picks-up")


def tell_the_readers(cast: Cast, desk: Desk, part_two: str) -> None:
    """Step 9: followers find their answer in the mail; who asked to be told is told once."""
    mail = cast.demo.wait_for_mail(cast.subscriber.page, to=SUBSCRIBER, subject="You told me who picks up")
    expect(mail.frame_locator("iframe.onward-mailbox__html").locator("body")).to_contain_text(
        re.compile(r"In Part 1 you chose .There is a rota., as one of 2 readers")
    )
    desk.tell_readers("You told me who picks up")
    desk.tell_readers("You told me who picks up")
    page = cast.reader.page
    subject = "What came of your answer"
    open_link(cast.demo.wait_for_mail(page, to=READER, subject=subject), part_two)
    assert_accessible(page)
    expect(page.locator("main")).to_contain_text(WORDS)
    expect(page.locator("main")).to_contain_text("Rita R.")
    expect(page.locator("main")).to_contain_text(CONCLUSION)
    assert cast.demo.count_mail(page, to=READER, subject=subject) == 1


def part_one_knows_its_answer(cast: Cast, part_one: str, part_two: str) -> None:
    """Step 10: whoever comes late to Part 1 is led to Part 2."""
    page = cast.reader.page
    page.goto(part_one)
    page.get_by_role("link", name="You told me who picks up").first.click()
    expect(page).to_have_url(re.compile(re.escape(part_two)))


def look_the_numbers_up(cast: Cast, part_two: str) -> None:
    """Step 10: from Part 2 to the roundup's own page, to the numbers of today and back, and home with both files."""
    page = cast.reader.page
    page.goto(part_two)
    page.get_by_role("link", name="All numbers").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What readers said about “Who picks up?”")
    assert_accessible(page)
    places = page.get_by_role("navigation", name="As published, and now")
    places.get_by_role("link", name="Now").click()
    today = page.locator("#now")
    expect(today).to_be_in_viewport()
    today.get_by_role("button", name="Show the numbers of today").click()
    expect(today.get_by_role("row", name="Readers")).to_have_text(re.compile(r"Readers\s*2\s*2"))
    assert_accessible(page)
    places.get_by_role("link", name="As published").click()
    expect(page.locator(".onward-roundup")).to_be_in_viewport()
    with page.expect_download() as table:
        page.get_by_role("link", name="Table (CSV)").click()
    assert QUESTION in table.value.path().read_text()
    path = page.get_by_role("link", name="Document (JSON)").get_attribute("href")
    document = page.request.get(f"{cast.demo.url}{path}")
    expect(page.locator("#data code")).to_have_text(hashlib.sha256(document.body()).hexdigest())


def ask_again(cast: Cast, part_two: str) -> None:
    """Step 10: the draft came with the same question, to be asked again, and its result shows the change."""
    page = cast.reader.page
    page.goto(part_two)
    card = poll_card(page, QUESTION)
    card.get_by_label("There is a rota").check()
    card.get_by_role("button", name="Answer").click()
    expect(poll_card(page, QUESTION)).to_contain_text("1 reader who chose to answer")
    expect(poll_card(page, QUESTION)).to_contain_text("before: 1")


def poll_card(page: Page, question: str) -> Locator:
    return page.locator("onward-poll", has_text=question).first


def open_link(mail: Page, path: str) -> None:
    """Open the link of a mail that is shown in the mailbox, from its text part."""
    href = mail.locator(f"pre a[href*='{path}']").first.get_attribute("href")
    assert href is not None
    mail.goto(href)


def assert_accessible(page: Page) -> None:
    """Fail with axe's own words when it finds anything on the page."""
    found: Any = Axe().run(page)
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
