"""The demo as a newcomer starts it, and a browser in front of it."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from playwright.sync_api import Error as PlaywrightError

from tests.services import die_with_parent, free_port


ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 300
#: How long a mail may take from a reader's click to the mailbox.
MAIL_SECONDS = 60


@dataclass(frozen=True)
class Demo:
    """A running demo: its address, and its mail."""

    url: str

    def wait_for_mail(self, page: Page, *, to: str, subject: str = "") -> Page:
        """Open the newest mail to an address in the mailbox, waiting for the worker to send it."""
        deadline = time.monotonic() + MAIL_SECONDS
        while time.monotonic() < deadline:
            page.goto(f"{self.url}/mailbox/")
            letters = page.locator(".onward-mailbox__letters a", has_text=to)
            if subject:
                letters = letters.filter(has_text=subject)
            if letters.count():
                letters.first.click()
                return page
            page.wait_for_timeout(500)
        raise AssertionError(f"No mail to {to} about {subject!r} within {MAIL_SECONDS} seconds.")

    def count_mail(self, page: Page, *, to: str, subject: str) -> int:
        """Return how many mails with this subject the address got."""
        page.goto(f"{self.url}/mailbox/")
        return page.locator(".onward-mailbox__letters a", has_text=to).filter(has_text=subject).count()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Run ``manage.py demo`` in a folder of its own until the tests are over, or walk the one at DEMO_URL."""
    if running := os.environ.get("DEMO_URL"):
        yield Demo(running.rstrip("/"))
        return
    var_dir, port = tmp_path_factory.mktemp("demo"), free_port()
    log = var_dir / "demo.log"
    command = [sys.executable, "site/manage.py", "demo", "--port", str(port)]
    environment = {**os.environ, "VAR_DIR": str(var_dir), "PYTHONUNBUFFERED": "1"}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent,
        )
    demo = Demo(f"http://127.0.0.1:{port}")
    try:
        _wait_until_it_answers(f"{demo.url}/healthz", process, log)
        yield demo
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)


def _wait_until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    pytest.fail(f"The demo did not start:\n{log.read_text(errors='replace')[-4000:]}")


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
