"""A newcomer starts the demo, something dies, and Ctrl-C stops everything."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.services import die_with_parent, free_port
from tests.site.running import MANAGE, environment_for, manage


@contextmanager
def running_demo(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "out").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, str(MANAGE), "demo", "--port", str(port)],
            env=environment_for(folder),
            stdout=output,
            stderr=output,
            preexec_fn=die_with_parent,
        )
    try:
        wait_for(lambda: b"Onward is ready" in (folder / "out").read_bytes())
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)


def wait_for(is_so: Callable[[], bool], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "It did not happen."
        time.sleep(0.1)


def family(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def workers_of(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """Return the worker, or nothing for the moment between two: a new process has its own name a little later."""
    return [child for child in psutil.Process(process.pid).children() if is_worker(child)]


def is_worker(process: psutil.Process) -> bool:
    try:
        return "celery" in process.cmdline()
    except psutil.NoSuchProcess:
        return False


def all_gone(processes: list[psutil.Process]) -> bool:
    return not [one for one in processes if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def test_demo_serves_its_series_and_ends_with_everything_it_started(demo_copy: Path) -> None:
    port = free_port()
    with running_demo(demo_copy, port) as process:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as page:
            text = page.read().decode()
        started = family(process)

    said = (demo_copy / "out").read_text()
    assert (
        f"http://127.0.0.1:{port}/the-manager-in-the-middle" in text or "/the-manager-in-the-middle/" in text
    )
    assert "user: author, password: demo" in said
    assert process.returncode == 0
    assert len(started) >= 3
    wait_for(lambda: all_gone(started), 20)


def test_worker_that_is_killed_is_started_again_with_one_beat(demo_copy: Path) -> None:
    with running_demo(demo_copy, free_port()) as process:
        (before,) = workers_of(process)
        wait_for(lambda: len(before.children()) == 1)
        beat = before.children()
        before.kill()

        wait_for(lambda: b"started again" in (demo_copy / "out").read_bytes())

        wait_for(lambda: [worker.pid for worker in workers_of(process)] not in ([], [before.pid]))
        wait_for(lambda: all_gone(beat), 20)


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux can stop a child whose parent was killed.")
def test_nothing_is_left_when_the_demo_itself_is_killed(demo_copy: Path) -> None:
    with running_demo(demo_copy, free_port()) as process:
        started = family(process)
        os.kill(process.pid, signal.SIGKILL)

        wait_for(lambda: all_gone(started), 40)


def test_port_that_is_taken_is_said_in_one_sentence(demo_copy: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        outcome = manage("demo", "--port", port, environment=environment_for(demo_copy))

    assert outcome.returncode == 1
    assert f"Port {port} cannot be used" in outcome.stderr
    assert "PORT=9000 make demo" in outcome.stderr
    assert "Traceback" not in outcome.stderr


@pytest.mark.parametrize("arguments", [["--load-only"], ["--load-only", "--fresh"]])
def test_demo_leaves_a_site_alone_that_it_did_not_make(demo_copy: Path, arguments: list[str]) -> None:
    (demo_copy / "demo").unlink()
    before = (demo_copy / "onward.sqlite3").stat().st_mtime_ns

    outcome = manage("demo", *arguments, environment=environment_for(demo_copy))

    assert outcome.returncode == 1
    assert "left alone" in outcome.stderr
    assert (demo_copy / "onward.sqlite3").stat().st_mtime_ns == before


def test_demo_ignores_what_the_environment_says_about_other_databases_and_mail(demo_copy: Path) -> None:
    real = {"DATABASE_URL": "postgresql://real:site@127.0.0.1:1/real", "EMAIL_URL": "smtp://127.0.0.1:1"}

    outcome = manage("demo", "--load-only", environment=environment_for(demo_copy, **real))

    assert outcome.returncode == 0, outcome.stderr
