"""A developer configures the site in a way that would lose votes or hold up mail, and is told."""

from typing import Any

import pytest

from onward_site.checks import check_mail_timeout, check_sqlite, missing_sqlite_options
from onward_site.settings.database import SQLITE_OPTIONS


def sqlite_with(**options: Any) -> dict[str, Any]:
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": "x", "OPTIONS": options}


def test_the_database_of_this_run_is_accepted() -> None:
    assert check_sqlite(None) == []


def test_sqlite_as_shipped_lacks_nothing() -> None:
    assert missing_sqlite_options(sqlite_with(**SQLITE_OPTIONS)) == []


@pytest.mark.parametrize("option", ["transaction_mode", "timeout", "init_command"])
def test_sqlite_without_one_of_its_options_is_refused(option: str) -> None:
    others = {name: value for name, value in SQLITE_OPTIONS.items() if name != option}

    (missing,) = missing_sqlite_options(sqlite_with(**others))

    assert option in missing


@pytest.mark.parametrize("timeout", [None, 0, 3600])
def test_smtp_without_a_sensible_time_limit_is_refused(settings: Any, timeout: int | None) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_TIMEOUT = timeout

    assert [error.id for error in check_mail_timeout(None)] == ["onward_site.E002"]
