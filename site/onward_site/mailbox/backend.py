"""Django's mail, delivered into a Maildir that any number of processes may write to and read."""

import mailbox
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


def mailbox_folder() -> Path:
    """Return where the mail is kept."""
    return Path(settings.MAILBOX_DIR)


def open_maildir() -> mailbox.Maildir:
    """Return the Maildir, made when it is missing."""
    directory = mailbox_folder()
    directory.parent.mkdir(parents=True, exist_ok=True)
    return mailbox.Maildir(directory, factory=None, create=True)


class EmailBackend(BaseEmailBackend):
    """Deliver to the Maildir; a message is there completely or not at all."""

    def __init__(self, fail_silently: bool = False, **kwargs: Any) -> None:
        super().__init__(fail_silently=fail_silently, **kwargs)
        self._maildir: mailbox.Maildir | None = None

    def open(self) -> bool:
        """Open the Maildir and say whether that was necessary."""
        if self._maildir is not None:
            return False
        self._maildir = open_maildir()
        return True

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Return how many messages were kept; those without a recipient are not."""
        self.open()
        return sum(self._keep(message) for message in email_messages)

    def _keep(self, message: EmailMessage) -> bool:
        if self._maildir is None or not message.recipients():
            return False
        self._maildir.add(message.message().as_bytes())
        return True
