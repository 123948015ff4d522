"""The demo's two processes, a web server and a Celery worker with beat, from start to Ctrl-C."""

import os
import sys
import time
import urllib.error
import urllib.request
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.management.base import OutputWrapper

from .content.people import AUTHOR_LOGIN, AUTHOR_PASSWORD
from .ground import Ground
from .supervisor import Child, ChildKeepsDying, Supervisor


START_SECONDS = 90

READY = """
Onward is ready.

  The series      {base}/
  The admin       {base}/admin/      user: {login}, password: {password}
  The mailbox     {base}/mailbox/    every mail the site sends

Logs are in {logs}. Stop everything with Ctrl-C.
"""


class NotReady(Exception):
    """The web server did not answer in time."""


def run_site(ground: Ground, port: int, stdout: OutputWrapper) -> None:
    """Start both processes, say when readers may come, and keep them up until a signal ends it."""
    children = site_processes(ground, port)
    supervisor = Supervisor(children, report=partial(_say, stdout))
    _say(stdout, "  Starting the web server and the worker.")
    supervisor.start()
    try:
        deadline = time.monotonic() + START_SECONDS
        supervisor.watch_until(lambda: _answers(port) or time.monotonic() > deadline)
        if not supervisor.is_stopping:
            _require_answer(port, children[0])
            _announce(ground, stdout)
        supervisor.watch_until(lambda: False, pause=0.5)
    except ChildKeepsDying as problem:
        raise NotReady(f"{problem}\n{_last_lines(children)}") from problem
    finally:
        supervisor.stop()
        _say(stdout, "\nThe demo has stopped. Its data is kept; make demo-reset starts over.")


def site_processes(ground: Ground, port: int) -> list[Child]:
    """Return the web server and the worker, not yet started."""
    python, site_dir = sys.executable, str(settings.SITE_DIR)
    web = [python, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    web += ["--workers", "1", "--blocking-threads", "4", "--no-ws", "--respawn-failed-workers"]
    web += ["--working-dir", site_dir, "onward_site.wsgi:application"]
    worker = [python, "-m", "celery", "--workdir", site_dir, "-A", "onward_site.celery", "worker", "--beat"]
    worker += ["--pool", "solo", "--loglevel", "WARNING"]
    worker += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    logs = ground.directory / "log"
    return [
        Child("web server", web, environment, logs / "web.log"),
        Child("worker", worker, environment, logs / "worker.log"),
    ]


def _say(stdout: OutputWrapper, sentence: str) -> None:
    stdout.write(sentence)
    stdout.flush()


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _require_answer(port: int, web: Child) -> None:
    if not _answers(port):
        raise NotReady(f"The web server did not answer within {START_SECONDS} seconds.\n{_last_lines([web])}")


def _announce(ground: Ground, stdout: OutputWrapper) -> None:
    facts = {"base": settings.BASE_URL, "login": AUTHOR_LOGIN, "password": AUTHOR_PASSWORD}
    _say(stdout, READY.format(logs=_shown(ground.directory / "log"), **facts))


def _shown(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _last_lines(children: list[Child], count: int = 15) -> str:
    tails = [
        child.log.read_text(errors="replace").splitlines()[-count:]
        for child in children
        if child.log.exists()
    ]
    return "\n".join(line for tail in tails for line in tail)
