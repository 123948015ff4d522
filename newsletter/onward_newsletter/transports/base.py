"""What the pump needs from a way out, and how a way out says no."""

from typing import Protocol

from onward_newsletter.actions.notices import one_line
from onward_newsletter.messages import Message


class TransportError(Exception):
    """A message was not submitted; the text is the reason, fit for an editor's eyes and for the database.

    Servers write what they like into their replies, and PostgreSQL refuses some of it.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(one_line(reason)[:255])


class WayBlocked(TransportError):
    """The server is away, or refuses everybody. Nothing was accepted, and the recipient is not to blame."""


class NothingBegun(WayBlocked):
    """The server is away, and said so before it was given anything: the attempt does not count."""


class SenderRefused(TransportError):
    """The server takes nothing from this sender."""


class LoginRefused(SenderRefused):
    """The server takes nothing from any sender who comes with our user name and password, or our key."""


class BatchRefused(TransportError):
    """The server took none of several messages, and one of them may be to blame."""


class RecipientDeferred(TransportError):
    """The server said "not now" to this recipient or message (4xx)."""


class RecipientRefused(TransportError):
    """The server said no to this recipient or message (5xx)."""


class ReplyLost(TransportError):
    """The message was handed over whole and the answer never came: perhaps accepted, perhaps not (RFC 1047)."""


class Transport(Protocol):
    """One way out, used by one worker for one message at a time."""

    def begin(self, message: Message) -> None:
        """Do everything that is safe to repeat: build the message, connect, ask for the recipient."""

    def submit(self) -> None:
        """Hand over the message begun; returns when it was accepted."""

    def forget(self) -> None:
        """Drop the message begun, because it must not be sent after all."""

    def close(self) -> None:
        """Leave the server. The next ``begin`` connects again."""
