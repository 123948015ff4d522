"""Any Django e-mail backend: providers through Anymail, a mailbox in a folder, or memory in tests."""

import smtplib
from typing import Any

from django.core.mail import EmailMultiAlternatives, get_connection

from onward_newsletter.messages import Message

from .base import RecipientDeferred, RecipientRefused, ReplyLost, WayBlocked


CLOSING = 421
TOO_MANY_REQUESTS, UNAVAILABLE = 429, 503


class DjangoTransport:
    """Hands each message to the backend of EMAIL_BACKEND, one at a time, over a kept connection."""

    def __init__(self) -> None:
        self._connection: Any = None
        self._email: EmailMultiAlternatives | None = None

    def begin(self, message: Message) -> None:
        """Build the message and open the backend's connection."""
        email = message.as_email()
        # Built here once for its errors: later, nobody could tell whether the message had left.
        email.message()
        try:
            if self._connection is None:
                self._connection = get_connection()
            self._connection.open()
        except OSError as error:
            self.close()
            raise WayBlocked(f"{type(error).__name__}: {error}"[:255]) from None
        email.connection = self._connection
        self._email = email

    def submit(self) -> None:
        """Hand the message to the backend, and sort what it raises."""
        try:
            count = self._connection.send_messages([self._email])
        except Exception as error:
            self.close()
            raise _meaning_of(error) from error
        if count == 0:
            raise RecipientRefused("The provider accepted no recipient.")

    def forget(self) -> None:
        """Drop the message; the backend has not seen it."""
        self._email = None

    def close(self) -> None:
        """Close the backend's connection, whatever state it is in."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.close()
        except OSError:
            # It was broken already; what matters is that it is not used again.
            return


def _meaning_of(error: Exception) -> Exception:
    """Return the transport error that an exception stands for; what is unclear is a lost reply."""
    reason = f"{type(error).__name__}: {error}"[:255]
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _by_code(max(code for code, _text in error.recipients.values()), reason)
    if isinstance(error, smtplib.SMTPResponseException):
        return _by_code(error.smtp_code, reason)
    if isinstance(error, ConnectionRefusedError):
        return WayBlocked(reason)
    # Anymail's errors carry the status of the provider's HTTP answer.
    status = getattr(error, "status_code", None)
    if status in (TOO_MANY_REQUESTS, UNAVAILABLE):
        return WayBlocked(reason)
    if isinstance(status, int) and 400 <= status < 500:
        return RecipientRefused(reason)
    if isinstance(error, (ValueError, TypeError)):
        return RecipientRefused(reason)
    return ReplyLost(reason)


def _by_code(code: int, reason: str) -> Exception:
    if code == CLOSING:
        return WayBlocked(reason)
    return (RecipientRefused if code >= 500 else RecipientDeferred)(reason)
