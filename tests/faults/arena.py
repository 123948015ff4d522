"""A database, a mail server and workers, all real, each in a process of its own, and a way to kill them."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import redis
from django.db import InterfaceError, OperationalError, connections

from onward_newsletter.actions.issues import resume_issue
from onward_newsletter.addresses import address_key
from onward_newsletter.models import Delivery, Issue, Newsletter, Subscriber, Subscription
from onward_site.settings.database import database_from_url
from tests.services import die_with_parent

from .judge import Verdict, judge
from .sink import Book, set_mode


ROOT = Path(__file__).resolve().parents[2]

#: Nothing here takes longer; a test that waits so long has found a stall.
PATIENCE_SECONDS = 120


@contextlib.contextmanager
def default_database(url: str, directory: Path) -> Iterator[None]:
    """Let this process's ORM use another database for a while."""
    before = connections.databases["default"]
    connections["default"].close()
    connections.databases["default"] = connections.configure_settings(
        {"default": database_from_url(url, directory)}
    )["default"]
    del connections["default"]
    try:
        yield
    finally:
        connections["default"].close()
        connections.databases["default"] = before
        del connections["default"]


def environment_for(database_url: str, directory: Path) -> dict[str, str]:
    """Return the environment of a process that works on a database."""
    folders = (".", "blog", "polls", "newsletter", "site")
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
        "PYTHONPATH": os.pathsep.join(str(ROOT / folder) for folder in folders),
        "VAR_DIR": str(directory),
        "DATABASE_URL": database_url,
    }


def migrate(database_url: str, directory: Path) -> None:
    """Make every table, once for a whole run; tests get copies.

    In a process of its own: which search index Wagtail migrates is decided by the database it was started with.
    """
    command = [sys.executable, "-m", "django", "migrate", "--verbosity=0"]
    subprocess.run(command, check=True, cwd=ROOT, env=environment_for(database_url, directory))


class Arena:
    """What a fault test works with. Its ORM is this process's own, on the arena's database."""

    def __init__(
        self,
        database_url: str,
        directory: Path,
        *,
        broker_url: str = "",
        delay: float = 0.0,
        pipelining: bool = False,
        newsletter: Mapping[str, object] | None = None,
    ) -> None:
        self.directory = directory
        self.log = directory / "sink.log"
        self.book = Book(self.log)
        self.groups: list[subprocess.Popen[bytes]] = []
        self._output = (directory / "workers.log").open("ab")
        self.sink, self.port = self._start_sink("--delay", str(delay), *["--pipelining"] * pipelining)
        self.environment = environment_for(database_url, directory) | {
            "CELERY_BROKER_URL": broker_url or f"sqla+sqlite:///{directory / 'broker.sqlite3'}",
            "EMAIL_URL": f"smtp://127.0.0.1:{self.port}",
            "FAULTS_NEWSLETTER": json.dumps(newsletter or {}),
        }

    def _start_sink(self, *options: str) -> tuple[subprocess.Popen[str], int]:
        command = [sys.executable, "-m", "tests.faults.sink", str(self.log), *options]
        sink = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent
        )
        assert sink.stdout is not None
        return sink, int(sink.stdout.readline())

    # What is to be sent

    def issue_for(
        self,
        addresses: Sequence[str],
        *,
        rate: int | None = None,
        body: str = "Hello.",
        small_first: bool = False,
    ) -> Issue:
        """Make a draft and its audience."""
        newsletter = Newsletter.objects.create(
            name="Faults",
            slug="faults",
            sender_name="Ann",
            sender_address="ann@example.org",
            rate_per_second=rate,
        )
        self.let_in(newsletter, addresses)
        return Issue.objects.create(
            newsletter=newsletter, subject="One for each", intro=body, small_first=small_first
        )

    def let_in(self, newsletter: Newsletter, addresses: Sequence[str]) -> None:
        """Subscribe people who have confirmed."""
        people = Subscriber.objects.bulk_create(
            [Subscriber(address=address, address_key=address_key(address)) for address in addresses]
        )
        Subscription.objects.bulk_create(
            [Subscription(subscriber=person, newsletter=newsletter, state="active") for person in people]
        )

    def send(self, issue: Issue) -> Issue:
        self.manage("send_issue", f"--issue={issue.pk}")
        return issue

    # Workers

    def run_outbox(self, *, concurrency: int = 2) -> subprocess.Popen[bytes]:
        return self._start("-m", "django", "run_outbox", f"--concurrency={concurrency}")

    def celery_worker(self, *, beat: bool = True) -> subprocess.Popen[bytes]:
        """Start the embedded way's worker: solo, with beat inside."""
        flags = ["--beat"] if beat else []
        return self._start(
            "-m", "celery", "-A", "onward_site", "worker", "--pool=solo", "--loglevel=warning", *flags
        )

    def two_celery_workers(self, *, restarted: bool = False, name: str = "celery") -> subprocess.Popen[bytes]:
        """Start production's worker: two processes; beat is inside to spare another one.

        ``name``: tells it from another one, whose beat is another one as well.

        ``restarted``: when it ends it is started again, as docker-compose.yml does it. kombu 5.7 may trip over messages
        it still holds when Redis goes away, and then Celery ends.
        """
        words = [
            "-m",
            "celery",
            "-A",
            "onward_site",
            "worker",
            "--concurrency=2",
            f"--hostname={name}@%h",
            "--beat",
            f"--schedule={self.directory / name}",
            "--loglevel=info",
        ]
        return self._start(*words, restarted=restarted)

    def start_module(self, name: str) -> subprocess.Popen[bytes]:
        return self._start("-m", name)

    def redis(self, url: str) -> redis.Redis:
        return redis.Redis.from_url(url)

    def manage(self, *words: str) -> str:
        """Run a management command in a process of its own and return what it printed."""
        command = [sys.executable, "-m", "django", *words]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _start(self, *words: str, restarted: bool = False) -> subprocess.Popen[bytes]:
        """Start a process as the head of its own group, so that a kill takes its children too."""
        again_and_again = ["sh", "-c", 'while :; do "$@"; sleep 1; done', "sh"] if restarted else []
        group = subprocess.Popen(
            [*again_and_again, sys.executable, *words],
            cwd=ROOT,
            env=self.environment,
            stdout=self._output,
            stderr=self._output,
            start_new_session=True,
        )
        self.groups.append(group)
        return group

    def kill(self, group: subprocess.Popen[bytes], sign: signal.Signals = signal.SIGKILL) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group.pid, sign)
        group.wait(PATIENCE_SECONDS)

    def stop(self) -> None:
        for group in self.groups:
            self.kill(group)
        self.sink.kill()
        self.sink.wait()
        assert self.sink.stdout is not None
        self.sink.stdout.close()
        self._output.close()

    # What came of it

    def calls_received(self) -> Counter[str]:
        """Return how often a worker received each call of the pump, by its id."""
        log = (self.directory / "workers.log").read_text(errors="replace")
        return Counter(re.findall(r"Task onward_newsletter\.pump\[([\w-]+)\] received", log))

    def wait_until(self, is_so: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not _holds(is_so):
            if time.monotonic() > deadline:
                tail = (self.directory / "workers.log").read_text(errors="replace")[-3000:]
                raise AssertionError(f"Waited in vain for {what}.\n{tail}")
            time.sleep(0.05)

    def wait_for_messages(self, number: int, issue: Issue | None = None) -> None:
        """Wait until so many arrived; an ``issue`` that pauses meanwhile is let go on as in ``see_through``."""

        def are_there() -> bool:
            if issue is not None:
                self._let_go_on(issue)
            return self.book.count() >= number

        self.wait_until(are_there, f"{number} messages at the server")

    def wait_for_more(self, since_what: str) -> float:
        """Wait for one message more than there are; return after how many seconds it came."""
        began, number = time.monotonic(), self.book.count()
        self.wait_for_messages(number + 1)
        waited = time.monotonic() - began
        self.say(f"{waited:.1f} s from when {since_what} until mail left again")
        return waited

    def wait_for_end(self, issue: Issue) -> None:
        """Wait until the issue is over, or paused."""

        def is_over() -> bool:
            issue.refresh_from_db()
            return issue.state not in ("preparing", "sending")

        self.wait_until(is_over, "the issue's end")

    def see_through(self, issue: Issue) -> None:
        """Wait until the issue is over; where it pauses because too much is in doubt, its author lets it go on."""
        self.wait_for_end(issue)
        while self._let_go_on(issue):
            self.wait_for_end(issue)

    def _let_go_on(self, issue: Issue) -> bool:
        issue.refresh_from_db()
        is_doubtful = issue.state == Issue.State.PAUSED and "answer was lost" in issue.state_reason
        if is_doubtful:
            resume_issue(issue)
        return is_doubtful

    def verdict(self, issue: Issue) -> Verdict:
        """Compare the books, and say how they stand."""
        issue.refresh_from_db()
        rows = Delivery.objects.filter(issue=issue).values_list("subscriber__address", "state")
        found = judge(self.book.accepted(), dict(rows), issue.candidate_count or 0)
        times = [line["at"] for line in self.book.lines("accepted")] or [0.0]
        seconds = max(times) - min(times)
        self.say(f"{len(times)} messages in {seconds:.1f} s: {found}")
        return found

    def say(self, sentence: str) -> None:
        """Write a figure where ``pytest -rP`` shows it for tests that passed."""
        sys.stdout.write(f"{sentence}\n")

    def set_mode(self, mode: str) -> None:
        set_mode(self.log, mode)


def _holds(is_so: Callable[[], bool]) -> bool:
    """Ask; a database that is away knows nothing yet."""
    try:
        return is_so()
    except (OperationalError, InterfaceError):
        connections["default"].close()
        return False


@contextlib.contextmanager
def arena(database_url: str, **options: Any) -> Iterator[Arena]:
    """Open an arena on a migrated database, with what ``Arena`` takes, and leave nothing running."""
    with tempfile.TemporaryDirectory(prefix="onward-faults-") as name:
        directory = Path(name)
        with default_database(database_url, directory):
            opened = Arena(database_url, directory, **options)
            try:
                yield opened
            finally:
                opened.stop()
