"""The demo, and browsers in front of it."""

import contextlib
import os
import shutil
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


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use the system's Chromium; as root it runs without its sandbox, as containers need."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("No Chromium on this machine: install it (Debian: apt-get install chromium).")
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    as_root = ["--no-sandbox", "--disable-dev-shm-usage"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": chromium, "args": quiet + as_root}


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
