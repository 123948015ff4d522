"""Any Django e-mail backend: providers through Anymail, a mailbox in a folder, or memory in tests."""

import smtplib
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives, get_connection

from onward_newsletter.messages import Message

from .base import (
    BatchRefused,
    LoginRefused,
    NothingBegun,
    RecipientDeferred,
    RecipientRefused,
    ReplyLost,
    SenderRefused,
    TransportError,
    WayBlocked,
)
from .providers import (
    Answers,
    Provider,
    answers_in,
    merged,
    provider_of,
    spell_out,
    was_answered,
    why_not_connected,
)


CLOSING = 421
TOO_MANY_REQUESTS, UNAVAILABLE = 429, 503

#: A wrong key, and a domain that the provider does not know.
WRONG_KEY, NOT_THIS_SENDER = 401, 404


class DjangoTransport:
    """Hands messages to the backend of EMAIL_BACKEND over a kept connection: one at a time, or merged into one call."""

    def __init__(self) -> None:
        self._connection: Any = None
        self._email: EmailMultiAlternatives | None = None

    def provider(self) -> Provider | None:
        """Return how the backend takes several messages in one call; None if it does not, or cannot be made."""
        try:
            return provider_of(self._made())
        except SenderRefused:
            return None

    def begin(self, message: Message) -> None:
        """Build the message and open the backend's connection."""
        email = message.as_email()
        # Built here once for its errors: later, nobody could tell whether the message had left.
        email.message()
        spell_out(email, self._open())
        self._email = email

    def begin_together(self, provider: Provider, messages: Sequence[Message]) -> None:
        """Do the same for messages of one template, whose recipients miss the same lines."""
        email = merged(provider, messages)
        email.message()
        self._open()
        self._email = email

    def _made(self) -> Any:
        if self._connection is None:
            try:
                self._connection = get_connection()
            except (ImproperlyConfigured, ImportError) as error:
                raise LoginRefused(f"The e-mail settings are not complete: {error}") from None
        return self._connection

    def _open(self) -> Any:
        connection = self._made()
        try:
            connection.open()
        except OSError as error:
            self.close()
            raise WayBlocked(f"{type(error).__name__}: {error}"[:255]) from None
        return connection

    def submit(self) -> None:
        """Hand the message to the backend, and sort what it raises."""
        for answer in self._hand_over().values():
            if answer:
                raise answer

    def submit_together(self, addresses: Sequence[str]) -> Answers:
        """Hand over the messages begun as far as they are to these addresses; return what became of each.

        Raises NothingBegun and SenderRefused, where others may try them later; BatchRefused, where one message may be
        to blame; ReplyLost, where nobody knows of any of them.
        """
        if self._email:
            self._email.to = list(addresses)
        try:
            return self._hand_over()
        except (NothingBegun, SenderRefused, ReplyLost):
            raise
        except WayBlocked as error:
            # Perhaps said by a proxy that lost sight of the server. For one message that is a risk; not for hundreds.
            raise ReplyLost(str(error)) from error
        except TransportError as error:
            raise BatchRefused(str(error)) from error

    def _hand_over(self) -> Answers:
        try:
            count = self._connection.send_messages([self._email])
        except Exception as error:
            self.close()
            if answers := answers_in(self._email):
                return answers
            raise (_not_understood(error) if was_answered(self._email) else _meaning_of(error)) from error
        if count == 0:
            raise RecipientRefused("The provider accepted no recipient.")
        return answers_in(self._email)

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


def _not_understood(error: Exception) -> TransportError:
    return ReplyLost(f"The provider's answer was not understood ({type(error).__name__}: {error})")


def _meaning_of(error: Exception) -> TransportError:
    """Return the transport error that an exception stands for; what is unclear is a lost reply."""
    reason = f"{type(error).__name__}: {error}"[:255]
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _by_code(max(code for code, _text in error.recipients.values()), reason)
    if isinstance(error, smtplib.SMTPResponseException):
        return _by_code(error.smtp_code, reason)
    if why := str(error) if isinstance(error, ConnectionRefusedError) else why_not_connected(error):
        return NothingBegun(why)
    # Anymail's errors carry the status of the provider's HTTP answer.
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        return _by_status(status, reason)
    if isinstance(error, (ValueError, TypeError)):
        return RecipientRefused(reason)
    return ReplyLost(reason)


def _by_status(status: int, reason: str) -> TransportError:
    if status == TOO_MANY_REQUESTS:
        return NothingBegun(reason)
    if status == UNAVAILABLE:
        return WayBlocked(reason)
    if status == WRONG_KEY:
        return LoginRefused(reason)
    if status == NOT_THIS_SENDER:
        return SenderRefused(reason)
    return RecipientRefused(reason) if 400 <= status < 500 else ReplyLost(reason)


def _by_code(code: int, reason: str) -> TransportError:
    if code == CLOSING:
        return WayBlocked(reason)
    return (RecipientRefused if code >= 500 else RecipientDeferred)(reason)
