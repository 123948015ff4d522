"""The other doors in a real browser: a mail opened where one has answered, and a frame on another site."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from wagtail import hooks

from onward_polls.models import Ballot, Poll
from onward_polls.readers import MailReader
from onward_polls.tally import read_tally
from tests.polls.factories import a_poll, an_article, option


pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 800})
    yield context.new_page()
    context.close()


@pytest.fixture
def poll() -> Poll:
    poll = a_poll()
    an_article(poll)
    return poll


def answer_on_the_site(page: Page, live_server: Any, poll: Poll, text: str) -> None:
    page.goto(f"{live_server.url}/polls/{poll.pk}/")
    page.get_by_label(text).check()
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.locator(f"#poll-{poll.pk}")).to_contain_text("· your answer")


def test_the_page_of_a_mail_stays_what_it_is_in_a_browser_that_has_answered(
    page: Page, poll: Poll, live_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = {"token-ada": MailReader("subscriber:ada", "a***@d***")}
    monkeypatch.setitem(hooks._hooks, "onward_polls_resolve_mail_token", [(ada.get, 0)])
    answer_on_the_site(page, live_server, poll, "Repair")

    page.goto(f"{live_server.url}/v/token-ada/{option(poll, 'Selling').uuid}")
    page.wait_for_load_state("networkidle")

    expect(page.get_by_label("Selling")).to_be_checked()
    expect(page.locator("main")).to_contain_text("You are answering as a***@d***.")
    page.get_by_role("button", name="Count my answer").click()
    expect(page.locator(f"#poll-{poll.pk}")).to_contain_text("· your answer")
    assert {line.text: line.count for line in read_tally(poll).lines if line.count} == {"Selling": 1}


@pytest.fixture
def another_site(poll: Poll, live_server: Any) -> Iterator[str]:
    """Serve a page with the frame from another origin, and return that origin."""
    frame = f'<iframe src="{live_server.url}/polls/{poll.pk}/embed/" title="Poll" width="380" height="700"></iframe>'

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f"<!doctype html><title>Elsewhere</title>{frame}".encode())

        def log_message(self, *args: Any) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("script", [True, False])
def test_an_answer_in_a_frame_counts_once_for_the_reader_the_site_knows(
    browser: Browser, poll: Poll, another_site: str, settings: Any, script: bool
) -> None:
    settings.ONWARD_POLLS = {**settings.ONWARD_POLLS, "EMBED_ORIGINS": [another_site]}
    context = browser.new_context(viewport={"width": 390, "height": 800}, java_script_enabled=script)
    page = context.new_page()
    for text in ("Repair", "Selling"):
        page.goto(another_site)
        frame = page.frame_locator("iframe")
        frame.get_by_label(text).check()
        with context.expect_page() as opened:
            frame.get_by_role("button", name="Answer", exact=True).click()
        tab = opened.value
        tab.wait_for_load_state("networkidle")
        expect(tab.get_by_label(text)).to_be_checked()
        tab.get_by_role("button", name="Count my answer").click()
        expect(tab.locator(f"#poll-{poll.pk}")).to_contain_text("· your answer")
        tab.close()
    context.close()

    assert Ballot.objects.count() == 1
    assert read_tally(poll).by_door == {"embed": 1}
    assert {line.text: line.count for line in read_tally(poll).lines if line.count} == {"Selling": 1}


def test_a_site_that_is_not_named_gets_an_empty_frame(
    page: Page, poll: Poll, another_site: str, settings: Any
) -> None:
    settings.ONWARD_POLLS = {**settings.ONWARD_POLLS, "EMBED_ORIGINS": ["https://partner.example"]}
    refusals: list[str] = []
    page.on("console", lambda message: refusals.append(message.text))

    page.goto(another_site)
    page.wait_for_timeout(500)

    assert any("frame-ancestors" in text for text in refusals)
    assert page.frame_locator("iframe").get_by_text(poll.question).count() == 0
