"""The same story over HTTP on both ways to run the site: embedded, and the production shape of docker-compose.yml."""

import contextlib
import email
import email.policy
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.faults.sink import SinkThread
from tests.services import die_with_parent, free_port
from tests.site.plain_browser import PlainBrowser
from tests.site.running import ROOT, ask, environment_for, must_manage
from tests.site.test_run_the_demo import running_demo


ARTICLE = "/the-manager-in-the-middle/one-number-counted-twice/"
QUESTION = "What takes most of your week as a frontline sales manager?"
FOUND = "from onward_polls.models import Ballot; from onward_blog.models import CommentState;"

#: Given an address, the text of the newest mail to it, once it has come.
Mail = Callable[[str], str]


def eventually(ask_for: Callable[[], Any], seconds: float = 90) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := ask_for()):
        assert time.monotonic() < deadline, f"Nothing came of {ask_for}."
        time.sleep(0.3)
    return found


def link_in(text: str, path: str) -> str:
    found = re.search(rf"https?://\S*{re.escape(path)}\S+", text)
    assert found, f"No link to {path} in:\n{text[:2000]}"
    return found[0]


def live_the_story(base: str, environment: dict[str, str], mail: Mail) -> None:
    """Vote, comment, subscribe and receive an issue, checking each in the database."""
    reader = PlainBrowser(base)
    before = int(ask("print(Ballot.objects.count())", environment=environment))

    reader.visit(ARTICLE)
    chosen = reader.label("Stepping in to sell")
    reader.press("Answer", f"form:has([value='{chosen['value']}'])", option=str(chosen["value"]))
    reader.press("Count my answer")
    assert "your answer" in reader.text.lower()
    assert int(ask("print(Ballot.objects.count())", environment=environment)) == before + 1

    reader.visit(ARTICLE)
    reader.press(
        "Send",
        "form:has(textarea[name=comment])",
        comment="On Thursdays too.",
        name="Nora",
        email="nora@example.org",
    )
    reader.press("send", "form:has(textarea[name=comment])")
    reader.visit(link_in(mail("nora@example.org"), "/comments/confirm/")).press("Yes, confirm my comment")
    state = "print(CommentState.objects.get(comment__comment='On Thursdays too.').state)"
    assert ask(state, environment=environment) == "held"

    reader.visit("/newsletter/").press("", "form:has([type=email])", address="anders@example.org")
    reader.visit(link_in(mail("anders@example.org"), "/newsletter/confirm/")).press("Yes, subscribe me")
    confirmed = "print(Subscription.objects.get(subscriber__address='anders@example.org').state)"
    assert ask(confirmed, environment=environment) == "active"

    issue = ask(
        "n = Newsletter.objects.get(); Newsletter.objects.update(rate_per_second=None);"
        "print(Issue.objects.create(newsletter=n, subject='The next part is out', intro='Read on.', kind='note').pk)",
        environment=environment,
    )
    must_manage("send_issue", "--issue", issue, environment=environment)
    status = f"i = Issue.objects.get(pk={issue}); print(i.state, i.candidate_count)"
    done = eventually(
        lambda: (said := ask(status, environment=environment)).startswith("submitted") and said, seconds=180
    )
    assert int(done.split()[1]) > 100
    letter = mail("anders@example.org")
    assert "The next part is out" in letter
    reader.visit(link_in(letter, "/u/")).press("")
    assert ask(confirmed, environment=environment) == "ended"
    must_manage("check_consistency", environment=environment)


def test_story_on_one_machine_with_sqlite(demo_copy: Path) -> None:
    environment, port = environment_for(demo_copy), free_port()

    def newest(address: str) -> str:
        return eventually(lambda: newest_letter_to(address, demo_copy / "mailbox" / "new"))

    with running_demo(demo_copy, port):
        live_the_story(f"http://127.0.0.1:{port}", environment, newest)


def newest_letter_to(address: str, folder: Path) -> str:
    letters = (
        sorted(folder.glob("*"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        if folder.exists()
        else []
    )
    return next((text for path in letters if address in (text := readable(path.read_bytes()))), "")


def readable(raw: bytes) -> str:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    body = message.get_body(preferencelist=("plain",))
    return f"To: {message['To']}\nSubject: {message['Subject']}\n\n{body.get_content() if body else ''}"


@pytest.mark.services
def test_story_in_the_production_shape(postgresql_database: str, redis_url: str, tmp_path: Path) -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with SinkThread(tmp_path / "sink.log") as sink:
        places = {
            "DATABASE_URL": postgresql_database,
            "REDIS_URL": redis_url.removesuffix("/0") + "/1",
            "CELERY_BROKER_URL": redis_url,
            "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}",
            "BASE_URL": base,
            "PORT": str(port),
        }
        environment = environment_of(compose["services"]["web"], places, tmp_path)
        run_once(command_of(compose["services"]["migrate"], port), environment)
        must_manage("collectstatic", "--no-input", "--verbosity", "0", environment=environment)
        ask("from onward_site.demo.load import load_demo; load_demo()", environment=environment)

        def newest(address: str) -> str:
            return eventually(lambda: newest_taken_by(sink, address))

        with contextlib.ExitStack() as running:
            for name in ("web", "worker", "beat"):
                running.enter_context(service(name, command_of(compose["services"][name], port), environment))
            eventually(lambda: is_ready(base))
            live_the_story(base, environment, newest)
        # One to confirm, one of welcome, and the issue, at the most.
        assert set(sink.book.accepted().values()) <= {1, 2, 3}


def newest_taken_by(sink: SinkThread, address: str) -> str:
    taken = [line for line in sink.book.lines("accepted") if line["rcpt"] == address]
    return readable(taken[-1]["raw"].encode()) if taken else ""


def is_ready(base: str) -> bool:
    with contextlib.suppress(OSError):
        browser = PlainBrowser(base)
        return browser.session.get(f"{base}/readyz", timeout=10).status_code == 200
    return False


def environment_of(service: dict[str, Any], places: dict[str, str], folder: Path) -> dict[str, str]:
    """Return what compose would pass in, with the places of this run where compose has its own."""
    passed = {name: filled_in(str(value), places) for name, value in service["environment"].items()}
    return {"PATH": os.environ["PATH"], **passed, "VAR_DIR": str(folder)}


def filled_in(value: str, places: dict[str, str]) -> str:
    return re.sub(r"\$\{(\w+):-([^}]*)\}", lambda found: places.get(found[1], found[2]), value)


def command_of(service: dict[str, Any], port: int) -> list[str]:
    """Return the very command of the file, for this machine: its folder, a loopback address and a free port."""
    program, *arguments = service["command"]
    bound = {"--host=0.0.0.0": "--host=127.0.0.1", "--port=8000": f"--port={port}"}
    return [str(Path(sys.executable).with_name(program)), *(bound.get(word, word) for word in arguments)]


def run_once(command: list[str], environment: dict[str, str]) -> None:
    outcome = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr[-3000:]


@contextmanager
def service(name: str, command: list[str], environment: dict[str, str]) -> Iterator[None]:
    log = Path(environment["VAR_DIR"]) / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=environment, cwd=ROOT, stdout=output, stderr=output, preexec_fn=die_with_parent
        )
    try:
        yield
        assert process.poll() is None, f"{name} died:\n{log.read_text()[-3000:]}"
    finally:
        process.terminate()
        try:
            process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            process.kill()


def test_compose_file_is_whole() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())

    services = compose["services"]
    assert {"db", "redis", "mailpit", "migrate", "web", "worker", "beat"} == set(services)
    assert all("healthcheck" in services[name] for name in ("db", "redis", "web"))
    for name, described in services.items():
        for needed in described.get("depends_on", {}):
            assert needed in services, f"{name} depends on {needed}, which is not there"
        for volume in described.get("volumes", []):
            assert volume.split(":")[0] in compose["volumes"]


def _has_docker_compose() -> bool:
    version = ["docker", "compose", "version"]
    return (
        shutil.which("docker") is not None
        and subprocess.run(version, capture_output=True, check=False).returncode == 0
    )


# Not a skip: what the file holds is tested above and its commands are run; this is a second opinion.
if _has_docker_compose():

    def test_docker_compose_accepts_the_file() -> None:
        outcome = subprocess.run(
            ["docker", "compose", "config", "--quiet"], cwd=ROOT, capture_output=True, check=False
        )

        assert outcome.returncode == 0, outcome.stderr
