"""The servers a measurement asks: our site and the anchors beside it, all of them started the way the image does."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.services import die_with_parent, free_port


ROOT = Path(__file__).resolve().parents[2]
MANAGE = [sys.executable, str(ROOT / "site" / "manage.py")]
START_SECONDS = 60

Environment = Mapping[str, str]


@contextlib.contextmanager
def a_site(**variables: str) -> Iterator[dict[str, str]]:
    """Yield the environment of a site of our own, with files that are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="onward-bench-") as folder:
        folders = (".", "blog", "polls", "newsletter", "site")
        yield {
            **os.environ,
            "VAR_DIR": folder,
            "LOG_LEVEL": "ERROR",
            "PYTHONWARNINGS": "ignore",
            "PYTHONPATH": os.pathsep.join(str(ROOT / name) for name in folders),
            "DJANGO_SETTINGS_MODULE": "onward_site.settings.embedded",
            "SECRET_KEY": "only-for-the-bench-and-never-used-to-sign-anything-real-9c1d",
            **variables,
        }


def manage(*arguments: str, environment: Environment) -> str:
    """Run a management command and return what it printed."""
    return _output([*MANAGE, *arguments], environment)


def module(name: str, *arguments: str, environment: Environment) -> str:
    """Run a module as a program in a process of its own and return what it printed."""
    return _output([sys.executable, "-m", name, *arguments], environment)


def _output(command: list[str], environment: Environment) -> str:
    done = subprocess.run(
        command, env=dict(environment), cwd=ROOT, stdout=subprocess.PIPE, stderr=None, text=True
    )
    if done.returncode:
        sys.exit(f"{' '.join(command[:4])} ended with {done.returncode}.")
    return done.stdout


@contextlib.contextmanager
def served(
    environment: Environment, application: str = "onward_site.wsgi:application", *, workers: int = 1
) -> Iterator[int]:
    """Serve an application with granian and yield its port."""
    port = free_port()
    options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws"]
    options += ["--workers", str(workers), "--blocking-threads", "1", "--working-dir", str(ROOT / "site")]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "granian", *options, application],
            env=dict(environment),
            stdout=log,
            stderr=log,
            preexec_fn=die_with_parent,
        )
        try:
            _wait_for(port, process)
            yield port
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
                connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                if connection.recv(12).startswith(b"HTTP/1.1"):
                    return
        except OSError:
            time.sleep(0.1)
    sys.exit("A server did not come up.")
