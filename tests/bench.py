"""A first measurement of this machine: pages, votes and mail of the embedded site, beside a bare answer in the same run.

What it covers: one granian worker on SQLite with the demo loaded, asked by eight connections from this machine, and
the sending engine against a mail folder. What it does not cover yet: PostgreSQL, SMTP, and other software beside ours.
Numbers on a shared machine move; the ratios of one run say more. Writes var/bench.json.
"""

import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from threading import local

from tests.services import die_with_parent, free_port


ROOT = Path(__file__).resolve().parents[1]
MANAGE = [sys.executable, str(ROOT / "site" / "manage.py")]
ARTICLE = "/the-manager-in-the-middle/one-number-counted-twice/"
CONNECTIONS = 8
MAILS = 500


@dataclass(frozen=True)
class Result:
    """One line of the table: ``ratio`` is to the bare answer, times are milliseconds."""

    name: str
    per_second: float
    median_ms: float
    p99_ms: float | None = None
    ratio: float | None = None


class Client:
    """Asks one server over connections that stay open, one for each thread."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._here = local()

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> tuple[bytes, dict[str, str]]:
        try:
            answer = self._answer(method, path, body, headers)
        except (BrokenPipeError, http.client.RemoteDisconnected, ConnectionResetError):
            # The server closes connections that were silent for long.
            self._here.connection = None
            answer = self._answer(method, path, body, headers)
        content = answer.read()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path} answered {answer.status}.")
        cookies = SimpleCookie()
        for line in answer.headers.get_all("Set-Cookie") or ():
            cookies.load(line)
        return content, {name: morsel.value for name, morsel in cookies.items()}

    def _answer(self, method: str, path: str, body: str, headers: dict[str, str]) -> http.client.HTTPResponse:
        if getattr(self._here, "connection", None) is None:
            self._here.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection: http.client.HTTPConnection = self._here.connection
        connection.request(method, path, body, headers)
        return connection.getresponse()


def measure(name: str, calls: Sequence[Callable[[], object]]) -> Result:
    """Run every call once, eight at a time, and say how fast they came back."""
    took: list[float] = []

    def timed(call: Callable[[], object]) -> None:
        began = time.perf_counter()
        call()
        took.append((time.perf_counter() - began) * 1000)

    began = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(timed, calls))
    seconds = time.perf_counter() - began
    return Result(name, len(calls) / seconds, statistics.median(took), statistics.quantiles(took, n=100)[98])


def measure_site(client: Client) -> list[Result]:
    poll = re.search(rb'action="/polls/(\d+)/"', client.ask("GET", ARTICLE)[0])
    option = re.search(rb'name="option"[^>]*value="([0-9a-f-]{36})"', client.ask("GET", ARTICLE)[0])
    if poll is None or option is None:
        sys.exit("The article shows no poll, so there is nothing to vote on.")
    address, marked = f"/polls/{poll[1].decode()}/", option[1].decode()
    bare = measure("a bare answer (/healthz)", [lambda: client.ask("GET", "/healthz")] * 2000)
    results = [
        bare,
        measure("an article with comments", [lambda: client.ask("GET", ARTICLE)] * 300),
        measure("a poll on its own page", [lambda: client.ask("GET", address)] * 300),
        measure("a vote by a new reader", [_vote(client, address, marked) for _ in range(300)]),
    ]
    return [Result(**{**asdict(one), "ratio": one.per_second / bare.per_second}) for one in results]


def _vote(client: Client, address: str, option: str) -> Callable[[], object]:
    """Return the second, counting POST of a reader who has a cookie and a token already."""
    page, cookies = client.ask("POST", address, f"option={option}", **_FORM)
    token = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', page)
    if token is None:
        sys.exit("The page that asks to press once more has no token.")
    headers = {**_FORM, "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    body = f"option={option}&csrfmiddlewaretoken={token[1].decode()}"
    return lambda: client.ask("POST", address, body, **headers)


_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def measure_mail(environment: dict[str, str]) -> Result:
    """Send one issue to many subscribers into the mail folder, with the whole ledger."""
    code = f"""
from onward_newsletter.actions.issues import send_issue
from onward_newsletter.addresses import address_key
from django.utils import timezone
import time
n = Newsletter.objects.create(name="Bench", slug="bench", sender_name="Bench", sender_address="b@example.org")
people = Subscriber.objects.bulk_create(
    Subscriber(address=f"bench-{{i}}@example.org", address_key=address_key(f"bench-{{i}}@example.org"))
    for i in range({MAILS})
)
Subscription.objects.bulk_create(
    Subscription(subscriber=p, newsletter=n, state="active", confirmed_at=timezone.now(), consent_text="bench")
    for p in people
)
issue = Issue.objects.create(newsletter=n, subject="Bench", intro="Hello.", kind="note")
send_issue(issue)
began = time.perf_counter()
from onward_newsletter.pump import pump
while Issue.objects.get(pk=issue.pk).state in ("preparing", "sending"):
    pump()
print(time.perf_counter() - began)
"""
    seconds = float(_manage("shell", "--verbosity", "0", "-c", code, environment=environment).split()[-1])
    return Result("a mail of an issue, into a folder", MAILS / seconds, 1000 * seconds / MAILS)


def _manage(*arguments: str, environment: dict[str, str]) -> str:
    command = [*MANAGE, *arguments]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


@contextmanager
def served(environment: dict[str, str], port: int) -> Iterator[Client]:
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    command += ["--workers", "1", "--blocking-threads", "1", "--no-ws", "--working-dir", str(ROOT / "site")]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        [*command, "onward_site.wsgi:application"],
        env=environment,
        stdout=quiet,
        stderr=quiet,
        preexec_fn=die_with_parent,
    )
    try:
        for _attempt in range(200):
            try:
                Client(port).ask("GET", "/healthz")
                break
            except OSError:
                time.sleep(0.2)
        yield Client(port)
    finally:
        process.terminate()
        process.wait(timeout=30)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="onward-bench-") as folder:
        environment = {**os.environ, "VAR_DIR": folder, "LOG_LEVEL": "ERROR", "PYTHONWARNINGS": "ignore"}
        environment["DJANGO_SETTINGS_MODULE"] = "onward_site.settings.embedded"
        print("Loading the demo …", flush=True)
        _manage("demo", "--load-only", environment=environment)
        with served(environment, free_port()) as client:
            results = measure_site(client)
        results.append(measure_mail(environment))
    print(f"\n{'':36}{'a second':>10}{'median ms':>11}{'99 % ms':>10}{'of bare':>9}")
    for one in results:
        ratio = f"{one.ratio:>9.3f}" if one.ratio is not None else ""
        slowest = f"{one.p99_ms:>10.1f}" if one.p99_ms is not None else ""
        print(f"{one.name:36}{one.per_second:>10.0f}{one.median_ms:>11.1f}{slowest}{ratio}")
    print("\n" + " ".join((__doc__ or "").split("\n\n")[1].split()))
    target = ROOT / "var" / "bench.json"
    target.parent.mkdir(exist_ok=True)
    content = {"cores": os.cpu_count(), "results": [asdict(one) for one in results]}
    target.write_text(json.dumps(content, indent=2) + "\n")


if __name__ == "__main__":
    main()
