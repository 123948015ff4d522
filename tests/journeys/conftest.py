"""The demo, and browsers in front of it."""

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from playwright.sync_api import Error as PlaywrightError

from tests.journeys.running import ROOT, Demo, running_demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Walk the demo at DEMO_URL, or else one that runs until the tests are over."""
    if running := os.environ.get("DEMO_URL"):
        yield Demo(running.rstrip("/"))
        return
    with running_demo(tmp_path_factory.mktemp("demo")) as demo:
        yield demo


@dataclass
class Visitor:
    """A person's own browser window, which remembers every error its console showed."""

    page: Page
    problems: list[str]


@pytest.fixture
def new_visitor(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Visitor]]:
    """Open a browser of one's own, by default a phone; ``java_script_enabled=False`` switches scripts off.

    When the test fails, what each window showed last is kept in ``var/journeys/``.
    """
    contexts: list[BrowserContext] = []
    failed_before = request.session.testsfailed

    def open_window(**options: Any) -> Visitor:
        context = browser.new_context(
            **{"viewport": {"width": 390, "height": 844}, "locale": "en-GB"} | options
        )
        contexts.append(context)
        visitor = Visitor(context.new_page(), [])
        visitor.page.set_default_timeout(15_000)
        visitor.page.on("console", lambda message: _remember(visitor, message))
        visitor.page.on("pageerror", lambda error: visitor.problems.append(str(error)))
        visitor.page.on("request", lambda request: _no_third_party(visitor, request.url))
        return visitor

    yield open_window
    for number, context in enumerate(contexts):
        if request.session.testsfailed > failed_before:
            _keep_picture(context.pages[0], f"{request.node.originalname}-{number}")
        context.close()


def _keep_picture(page: Page, name: str) -> None:
    with contextlib.suppress(PlaywrightError):
        page.screenshot(path=ROOT / "var" / "journeys" / f"{name}.png", full_page=True)


def _remember(visitor: Visitor, message: Any) -> None:
    if message.type == "error":
        visitor.problems.append(message.text)


def _no_third_party(visitor: Visitor, url: str) -> None:
    if not url.startswith(("http://127.0.0.1:", "data:", "blob:", "about:")):
        visitor.problems.append(f"asked a third party: {url}")
