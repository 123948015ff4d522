"""A mail with slots: built once, filled for each recipient.

Encoding and MIME cost far more than filling a few slots, so everything that is the same for all recipients is encoded
once, see ``slots``.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, parseaddr

from django.core.mail import EmailMultiAlternatives
from django.utils.crypto import salted_hmac

from .slots import Mark, Slotted, Values, escape


#: Line breaks of any kind and other control characters: a value with one could become a header or another line.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

#: Headers that are each message's own.
OWN_HEADERS = frozenset(
    {"to", "date", "message-id", "mime-version", "content-type", "content-transfer-encoding"}
)

#: What ends a message on the wire; before it each message ends its last line.
END_MARK = b".\r\n"


class UnsafeValue(ValueError):
    """A value holds a line break or another control character, so it must not go into a mail."""


@dataclass(frozen=True)
class Message:
    """One mail to one address: a template and what goes into its slots."""

    template: "MessageTemplate"
    #: The envelope's sender and recipient, bare addresses.
    sender: str
    recipient: str
    #: Without angle brackets.
    message_id: str
    values: Values = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def as_bytes(self) -> bytes:
        """Return the message as RFC 5322 wants it, lines ended by CR LF."""
        return self.template.fill(self).replace(b"\r\n..", b"\r\n.")

    def as_wire(self) -> bytes:
        """Return the message as SMTP wants it: dots doubled where a line begins with one, and the end mark."""
        return self.template.fill(self) + END_MARK

    def as_email(self) -> EmailMultiAlternatives:
        """Return the message for a Django e-mail backend."""
        return self.template.fill_email(self)


class MessageTemplate:
    """The part of a mail that all its recipients share. A mail of the outbox is a template with one recipient."""

    def __init__(  # noqa: PLR0913 (these are the parts of a mail)
        self,
        *,
        subject: str,
        sender: str,
        text: str,
        html: str = "",
        reply_to: str = "",
        headers: Values | None = None,
    ) -> None:
        self.subject, self.reply_to, self.html = subject, reply_to, html
        self.from_header, self.sender = _sender(sender)
        self.headers = {
            name: value for name, value in (headers or {}).items() if name.lower() not in OWN_HEADERS
        }
        self._text = Slotted("text", text, str)
        self._html = Slotted("html", html, escape)
        #: "=_" cannot occur in quoted-printable text, so no content can hold the boundary.
        self._boundary = "=_" + hashlib.sha256(f"{text}\0{html}".encode()).hexdigest()[:32]
        self._head = self._static_headers()

    def _static_headers(self) -> bytes:
        message = EmailMessage(policy=SMTP)
        message["Subject"] = self.subject
        message["From"] = self.from_header
        if self.reply_to:
            message["Reply-To"] = self.reply_to
        for name, value in self.headers.items():
            message[name] = value
        return message.as_bytes().partition(b"\r\n\r\n")[0] + b"\r\n"

    def fill(self, message: Message) -> bytes:
        """Return the whole message for one recipient, dots doubled (RFC 5321, 4.5.2); raises UnsafeValue."""
        _refuse_control_characters(message)
        own = {
            "To": message.recipient,
            "Date": formatdate(),
            "Message-ID": f"<{message.message_id}>",
            **message.headers,
            "MIME-Version": "1.0",
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in own.items())
        return b"".join((self._head, lines.encode("ascii"), *self._body(message.values)))

    def _body(self, values: Values) -> Sequence[bytes]:
        text = (_part_head("plain"), *self._text.encoded(values))
        if not self.html:
            return text
        mark = self._boundary.encode()
        kind = b'Content-Type: multipart/alternative;\r\n boundary="' + mark + b'"\r\n\r\n'
        rest = (_part_head("html"), *self._html.encoded(values))
        return (
            kind,
            b"--",
            mark,
            b"\r\n",
            *text,
            b"\r\n--",
            mark,
            b"\r\n",
            *rest,
            b"\r\n--",
            mark,
            b"--\r\n",
        )

    def fill_email(self, message: Message) -> EmailMultiAlternatives:
        """Return Django's form of the message for one recipient; raises UnsafeValue."""
        _refuse_control_characters(message)
        email = EmailMultiAlternatives(
            subject=self.subject,
            body=self._text.filled(message.values),
            from_email=self.from_header,
            to=[message.recipient],
            reply_to=[self.reply_to] if self.reply_to else None,
            headers={**self.headers, **message.headers, "Message-ID": f"<{message.message_id}>"},
        )
        if self.html:
            email.attach_alternative(self._html.filled(message.values), "text/html")
        return email

    # For many recipients at a time, when somebody else fills the slots

    def shared_text(self) -> str:
        """Return all that the recipients have in common, with a NUL for each slot."""
        parts = (self.subject, self.from_header, self.reply_to, *self.headers.values())
        return "\n".join((*parts, self._text.shared(), self._html.shared()))

    def left_out(self, values: Values) -> frozenset[str]:
        """Return the slots whose whole lines this recipient does not get; with the same ones, the body is the same."""
        return self._text.left_out(values) | self._html.left_out(values)

    def fields(self, message: Message) -> dict[str, str]:
        """Return what ``marked_email`` leaves open, by the names that the marks have; raises UnsafeValue."""
        _refuse_control_characters(message)
        return {**self._text.fields(message.values), **self._html.fields(message.values)}

    def marked_email(self, values: Values, mark: Mark) -> EmailMultiAlternatives:
        """Return Django's form of the message for nobody yet, with a mark in each slot.

        ``values`` are those of any of its recipients: they decide which lines are left out, and nothing else.
        """
        email = EmailMultiAlternatives(
            subject=self.subject,
            body=self._text.marked(values, mark),
            from_email=self.from_header,
            reply_to=[self.reply_to] if self.reply_to else None,
            headers=dict(self.headers),
        )
        if self.html:
            email.attach_alternative(self._html.marked(values, mark), "text/html")
        return email


def _part_head(subtype: str) -> bytes:
    return (
        f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode()


def _sender(header: str) -> tuple[str, str]:
    """Return the From header, quoted as needed, and the bare address in it."""
    name, address = parseaddr(header)
    return str(Address(display_name=name, addr_spec=address)), address


def _refuse_control_characters(message: Message) -> None:
    for value in (message.recipient, message.message_id, *message.values.values(), *message.headers.values()):
        if CONTROL.search(value):
            raise UnsafeValue("A value for the mail holds a line break or a control character.")


def message_id_of_delivery(issue_pk: int, address_key: str, from_header: str) -> str:
    """Return the Message-ID of one issue to one address, whatever becomes of the rows."""
    return message_id(str(issue_pk), address_key, parseaddr(from_header)[1].rpartition("@")[2])


def message_id(lane: str, row: str, domain: str) -> str:
    """Return the same Message-ID whenever it is asked for the same mail, so that a repeated one can be recognised."""
    mark = salted_hmac("onward_newsletter.message_id", f"{lane}:{row}", algorithm="sha256").hexdigest()
    return f"{lane}.{mark[:32]}@{domain}"
