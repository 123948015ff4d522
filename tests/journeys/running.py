"""The demo as a newcomer starts it: ``manage.py demo`` in a folder of its own."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

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


@contextlib.contextmanager
def running_demo(var_dir: Path) -> Iterator[Demo]:
    """Run the demo with its data in ``var_dir``, and stop it as Ctrl-C would."""
    port, log = free_port(), var_dir / "demo.log"
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
    try:
        _wait_until_it_answers(f"http://127.0.0.1:{port}/healthz", process, log)
        yield Demo(f"http://127.0.0.1:{port}")
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
    raise RuntimeError(f"The demo did not start:\n{log.read_text(errors='replace')[-4000:]}")
