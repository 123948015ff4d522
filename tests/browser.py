"""The browser that pytest-playwright drives: the system's own Chromium."""

import os
import shutil
from typing import Any

import pytest


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use the system's Chromium; as root it runs without its sandbox, as containers need."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("No Chromium on this machine: install it (Debian: apt-get install chromium).")
    # Playwright keeps an event loop in this thread from now on, and Django would refuse the ORM beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    as_root = ["--no-sandbox", "--disable-dev-shm-usage"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": chromium, "args": quiet + as_root}
