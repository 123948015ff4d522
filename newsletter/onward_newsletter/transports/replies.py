"""What a mail server's replies mean for a message (RFC 5321, 4.2)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .base import RecipientDeferred, RecipientRefused, SenderRefused, TransportError, WayBlocked


#: "Service not available, closing transmission channel" (RFC 5321, 4.2.3).
CLOSING = 421

GO_AHEAD = 354


class Step(StrEnum):
    """What a reply answers to."""

    RESET = "RSET"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    BODY = "."


class Kind(StrEnum):
    #: The server waits for the message; nothing of it has left.
    READY = "ready"
    #: The server has the message.
    ACCEPTED = "accepted"
    #: Refused before the message.
    REFUSED = "refused"
    #: Refused after the message had been handed over, or the connection broke.
    NOT_ACCEPTED = "not accepted"
    #: The connection broke before anything could be said about this message; another one may try it.
    UNTRIED = "untried"


@dataclass(frozen=True)
class Outcome:
    """What the server's answers mean for one message."""

    kind: Kind
    job: Any
    error: TransportError | None = None


def judge(step: Step, code: int, said: str) -> TransportError | None:
    """Return what a reply to MAIL, RCPT or DATA refuses, if anything."""
    fine = {Step.MAIL: (250,), Step.RCPT: (250, 251), Step.DATA: (GO_AHEAD,)}[step]
    if code in fine:
        return None
    if code < 400 or (step == Step.MAIL and code < 500):
        return WayBlocked(said)
    return SenderRefused(said) if step == Step.MAIL else refusal(code, said)


def refusal(code: int, said: str) -> TransportError:
    """Return what a reply refuses to one recipient: for good from 500 on, for now below."""
    return RecipientRefused(said) if code >= 500 else RecipientDeferred(said)
