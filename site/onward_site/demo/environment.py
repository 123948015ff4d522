"""The demo's own environment. It must stand before Django reads its settings, so ``manage.py`` asks for it first."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from .content.people import NEWSLETTER_SENDER, SITE_NAME


DEFAULT_PORT = 8000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``manage.py demo``."""
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="where the site listens on 127.0.0.1")
    parser.add_argument("--fresh", action="store_true", help="throw the demo's data away first")
    parser.add_argument("--load-only", action="store_true", help="load the data and stop")


def prepare_environment(arguments: Sequence[str]) -> None:
    """Point every setting at this machine: the demo writes to no other database and mails nobody.

    What a ``.env`` file or the shell says about databases, brokers, mail and addresses does not count here.
    """
    parser = argparse.ArgumentParser(add_help=False)
    add_arguments(parser)
    options, _others = parser.parse_known_args(arguments)
    var_dir = Path(os.environ.get("VAR_DIR") or Path(__file__).resolve().parents[3] / "var").resolve()
    os.environ.update(
        {
            "DJANGO_SETTINGS_MODULE": "onward_site.settings.embedded",
            "VAR_DIR": str(var_dir),
            "DATABASE_URL": "",
            "REDIS_URL": "",
            "CELERY_BROKER_URL": f"sqla+sqlite:///{var_dir / 'broker.sqlite3'}",
            "EMAIL_URL": "mailbox://",
            "DEFAULT_FROM_EMAIL": f"{SITE_NAME} <{NEWSLETTER_SENDER}>",
            "BASE_URL": f"http://127.0.0.1:{options.port}",
            "ALLOWED_HOSTS": "127.0.0.1,localhost,[::1]",
            "TRUSTED_PROXY_COUNT": "0",
            "SERVE_MAILBOX": "1",
            # Long enough to see that there is a way back, short enough to wait for.
            "UNDO_SECONDS": "10",
            # The answers are made up for the demo, so everybody may have them.
            "DATA_LICENSE_NAME": "CC0 1.0",
            "DATA_LICENSE_URL": "https://creativecommons.org/publicdomain/zero/1.0/",
            "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
        }
    )
