"""What must not be configured otherwise, said before it does harm."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


SMTP_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
MAIL_TIMEOUT_LIMIT = 60


@register(Tags.database)
def check_sqlite(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse SQLite that loses votes: without these options half of all concurrent writes end in an error."""
    missing = missing_sqlite_options(settings.DATABASES["default"])
    if not missing:
        return []
    return [
        Error(
            f'DATABASES["default"]["OPTIONS"] lacks {", ".join(missing)}.',
            hint="Concurrent votes would end in “database is locked”. Set them, or use DATABASE_URL as it is.",
            id="onward_site.E001",
        )
    ]


def missing_sqlite_options(database: dict[str, Any]) -> list[str]:
    """Return the options, as Python source, that this entry of DATABASES lacks; none when it is not SQLite."""
    if not database["ENGINE"].endswith("sqlite3"):
        return []
    options = database.get("OPTIONS", {})
    found = {
        '"transaction_mode": "IMMEDIATE"': options.get("transaction_mode") == "IMMEDIATE",
        '"timeout": 20': options.get("timeout", 0) >= 10,
        '"init_command": "PRAGMA journal_mode=WAL;"': "journal_mode=wal"
        in "".join(options.get("init_command", "").lower().split()),
    }
    return [option for option, is_set in found.items() if not is_set]


@register
def check_mail_timeout(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse SMTP without a time limit: a mail server that says nothing would hold a worker for ever."""
    if settings.EMAIL_BACKEND != SMTP_BACKEND:
        return []
    timeout = settings.EMAIL_TIMEOUT
    if timeout is not None and 0 < timeout <= MAIL_TIMEOUT_LIMIT:
        return []
    return [
        Error(
            f"EMAIL_TIMEOUT is {timeout!r}, so a silent mail server could hold a worker for ever.",
            hint=f"Set it to between 1 and {MAIL_TIMEOUT_LIMIT} seconds.",
            id="onward_site.E002",
        )
    ]
