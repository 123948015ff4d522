"""Mail as it lies in the Maildir, read for showing: newest first, headers decoded, parts told apart."""

import email
import email.policy
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from .backend import mailbox_folder


KEY = re.compile(r"[\w,:=+-][\w.,:=+-]*", re.ASCII)


@dataclass(frozen=True)
class Letter:
    """One line of the mailbox: ``key`` names the file, ``kept_at`` is when it came in (UTC)."""

    key: str
    to: str
    sender: str
    subject: str
    kept_at: datetime


def newest_letters(limit: int, offset: int = 0) -> tuple[list[Letter], int]:
    """Return one page of the mailbox, newest first, and how many messages there are in all."""
    keys = [key for _time, key in sorted(_arrivals(), reverse=True)]
    return [read_letter(key) for key in keys[offset : offset + limit]], len(keys)


def read_letter(key: str) -> Letter:
    """Return the line for one message; KeyError when there is none."""
    path = _path_of(key)
    head = path.read_bytes().partition(b"\n\n")[0]
    message = email.message_from_bytes(head + b"\n\n", policy=email.policy.default)
    return Letter(
        key=key,
        to=str(message["To"] or ""),
        sender=str(message["From"] or ""),
        subject=str(message["Subject"] or ""),
        kept_at=datetime.fromtimestamp(path.stat().st_mtime, UTC),
    )


def read_message(key: str) -> EmailMessage:
    """Return the whole message; KeyError when there is none."""
    return email.message_from_bytes(_path_of(key).read_bytes(), policy=email.policy.default)


def text_of(message: EmailMessage, subtype: str) -> str:
    """Return the part ``text/<subtype>``, or an empty string."""
    part = message.get_body(preferencelist=(subtype,))
    return str(part.get_content()) if isinstance(part, EmailMessage) else ""


def _new() -> Path:
    return mailbox_folder() / "new"


def _arrivals() -> Iterator[tuple[int, str]]:
    if not _new().is_dir():
        return
    with os.scandir(_new()) as entries:
        for entry in entries:
            yield entry.stat().st_mtime_ns, entry.name


def _path_of(key: str) -> Path:
    path = _new() / key
    if not KEY.fullmatch(key) or not path.is_file():
        raise KeyError(key)
    return path
