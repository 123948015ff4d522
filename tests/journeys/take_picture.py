"""Take the README's picture: an article with a poll, the author's desk, and the next part that quotes readers.

Starts a demo of its own in a temporary folder, so that the picture shows what a newcomer sees. Run by `make picture`.
"""

import base64
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright


ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs" / "images" / "onward.png"
PORT = 8931
BASE = f"http://127.0.0.1:{PORT}"
#: Each of the three views, in CSS pixels.
WIDTH, HEIGHT = 560, 800

FRAME = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 28px; display: flex; gap: 24px; background: #e7e4dc; }}
img {{ width: {width}px; height: {height}px; border-radius: 10px; border: 1px solid #cfcabd; }}
</style>{images}"""


@contextmanager
def running_demo() -> Iterator[None]:
    with tempfile.TemporaryDirectory(prefix="onward-picture-") as folder:
        environment = {**os.environ, "VAR_DIR": folder}
        command = [sys.executable, str(ROOT / "site" / "manage.py"), "demo", "--port", str(PORT)]
        process = subprocess.Popen(command, env=environment)
        try:
            _wait_until_it_answers(process)
            yield
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)


def _wait_until_it_answers(process: subprocess.Popen[bytes]) -> None:
    for _attempt in range(600):
        if process.poll() is not None:
            sys.exit("The demo did not start.")
        try:
            urllib.request.urlopen(f"{BASE}/healthz", timeout=2).close()
        except OSError:
            time.sleep(0.5)
        else:
            return


def article_with_poll(page: Page) -> bytes:
    page.goto(f"{BASE}/the-manager-in-the-middle/one-number-counted-twice/")
    card = page.locator("onward-poll").first
    card.scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    card.get_by_label("Stepping in to sell").check()
    card.get_by_role("button", name="Answer").click()
    page.wait_for_timeout(1500)
    page.evaluate("document.querySelector('onward-poll').scrollIntoView({block: 'center'})")
    return page.screenshot()


def authors_desk(page: Page) -> bytes:
    page.goto(f"{BASE}/admin/login/")
    page.fill("[name=username]", "author")
    page.fill("[name=password]", "demo")
    page.click("button[type=submit]")
    page.wait_for_load_state("networkidle")
    page.evaluate("document.querySelectorAll('.messages, .w-slim-header').forEach(one => one.remove())")
    page.get_by_text("What readers said").first.scroll_into_view_if_needed()
    return page.screenshot()


def next_part(page: Page) -> bytes:
    """Show the draft of Part 2 as its readers will see it."""
    page.goto(f"{BASE}/admin/")
    edit = page.get_by_role("link", name="You told me where the week goes").first.get_attribute("href") or ""
    page.goto(f"{BASE}{edit.replace('/edit/', '/view_draft/')}")
    page.wait_for_load_state("networkidle")
    page.evaluate("document.querySelector('wagtail-userbar')?.remove()")
    page.evaluate("document.querySelector('.onward-roundup')?.scrollIntoView({block: 'start'})")
    page.evaluate("window.scrollBy(0, -24)")
    return page.screenshot()


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("No Chromium on this machine.")
    with running_demo(), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        window = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=1.5)
        shots = [view(window.new_page()) for view in (article_with_poll, authors_desk, next_part)]
        images = "".join(
            f'<img src="data:image/png;base64,{base64.b64encode(shot).decode()}">' for shot in shots
        )
        frame = browser.new_page(viewport={"width": 3 * WIDTH + 108, "height": HEIGHT + 58})
        frame.set_content(FRAME.format(width=WIDTH, height=HEIGHT, images=images))
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        frame.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
