"""The cast: an author, an editor, a reader and a stranger, each with a browser of their own."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.cache import caches
from django.test import Client

from tests.browser import browser_type_launch_args
from tests.services import (
    migrated_database,
    migrated_postgresql,
    own_server,
    postgresql_database,
    postgresql_url,
    redis_url,
)


__all__ = [
    "browser_type_launch_args",
    "migrated_database",
    "migrated_postgresql",
    "own_server",
    "postgresql_database",
    "postgresql_url",
    "redis_url",
]


class Person(Client):
    """A browser, and who sits in front of it: ``user`` is None for people without an account."""

    user: Any = None
    address: str = ""


@pytest.fixture
def author(db: None) -> Person:
    """Publishes articles; signed in to the admin, and may do everything there."""
    return _signed_in(
        get_user_model().objects.create_superuser("author", "author@example.org", "author's words")
    )


@pytest.fixture
def editor(db: None) -> Person:
    """Signed in to the admin; may edit pages there, but neither publish nor send."""
    user = get_user_model().objects.create_user("editor", "editor@example.org", "editor's words")
    user.groups.add(group_of_wagtail("Editors"))
    return _signed_in(user)


def group_of_wagtail(name: str) -> Group:
    """Return one of the groups Wagtail brings along, also where a test with real transactions has swept it away."""
    group, swept_away = Group.objects.get_or_create(name=name)
    if swept_away:
        group.permissions.add(Permission.objects.get(codename="access_admin"))
    return group


@pytest.fixture
def reader() -> Person:
    """Reads, votes and writes; has no account, and this address."""
    person = Person()
    person.address = "reader@example.org"
    return person


@pytest.fixture
def stranger() -> Person:
    """Another browser, which must not see what belongs to the reader."""
    person = Person()
    person.address = "stranger@example.org"
    return person


@pytest.fixture(autouse=True)
def _empty_caches() -> Iterator[None]:
    yield
    for cache in caches.all(initialized_only=True):
        cache.clear()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """With REQUIRE_ALL=1, as in CI, a test that could not run has failed."""
    report = yield
    if report.skipped and os.environ.get("REQUIRE_ALL") == "1" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"REQUIRE_ALL=1, and this was skipped: {report.longrepr[-1]}"
    return report


def _signed_in(user: Any) -> Person:
    person = Person()
    person.user = user
    person.address = user.email
    person.force_login(user)
    return person
