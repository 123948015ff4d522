"""Databases with every table in them, copied for each test; and the arena on top."""

import contextlib
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from pytest_django import DjangoDbBlocker

from tests.services import Postgresql, new_database

from .arena import Arena, arena, migrate


OpenArena = Callable[..., AbstractContextManager[Arena]]
OpenArenaAndServer = tuple[Postgresql, OpenArena]


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("faults") / "template.sqlite3"
    migrate(f"sqlite:///{path}", path.parent)
    return path


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    copy = tmp_path / "onward.sqlite3"
    with (
        contextlib.closing(sqlite3.connect(migrated_sqlite)) as source,
        contextlib.closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)
    return f"sqlite:///{copy}"


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Name of a database on the server of ``postgresql_url`` that new ones are copied from."""
    name = f"onward_template_{secrets.token_hex(4)}"
    with _server(postgresql_url) as server:
        server.execute(f"CREATE DATABASE {name}")
    migrate(_beside(postgresql_url, name), tmp_path_factory.mktemp("faults"))
    yield name
    with _server(postgresql_url) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def migrated_postgresql_url(postgresql_url: str, migrated_postgresql: str) -> Iterator[str]:
    name = f"onward_faults_{secrets.token_hex(4)}"
    with _server(postgresql_url) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE {migrated_postgresql}")
    yield _beside(postgresql_url, name)
    with _server(postgresql_url) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def open_arena(sqlite_url: str, django_db_blocker: DjangoDbBlocker) -> Iterator[OpenArena]:
    """Open an arena on SQLite, with what ``arena`` takes."""
    with django_db_blocker.unblock():
        yield lambda **options: arena(sqlite_url, **options)


@pytest.fixture
def open_arena_on_postgresql(
    migrated_postgresql_url: str, redis_url: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[OpenArena]:
    """Open an arena on PostgreSQL with Redis as the broker."""
    with django_db_blocker.unblock():
        yield lambda **options: arena(migrated_postgresql_url, **{"broker_url": redis_url, **options})


@pytest.fixture
def open_arena_and_server(
    own_server: Postgresql, redis_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[OpenArenaAndServer]:
    """The same, and the PostgreSQL below it, which may be stopped: never the one of TEST_DATABASE_URL."""
    with contextlib.ExitStack() as stack:
        if os.environ.get("TEST_DATABASE_URL"):
            url = stack.enter_context(new_database(own_server.url))
            migrate(url, tmp_path)
        else:
            url = request.getfixturevalue("migrated_postgresql_url")
        stack.enter_context(request.getfixturevalue("django_db_blocker").unblock())
        yield own_server, lambda **options: arena(url, **{"broker_url": redis_url, **options})


def _server(url: str) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(url, autocommit=True)


def _beside(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
