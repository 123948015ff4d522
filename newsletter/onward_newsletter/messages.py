"""A mail with slots: built once, filled for each recipient.

Encoding and MIME cost far more than filling a few slots, so everything that is the same for all recipients is encoded
once. Quoted-printable works line by line: only the lines that hold a slot are encoded again for each recipient.
"""

import binascii
import hashlib
import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, parseaddr

from django.core.mail import EmailMultiAlternatives
from django.utils.crypto import salted_hmac


SLOT = re.compile(r"%%([a-z][a-z0-9_]*)%%")

#: Line breaks of any kind and other control characters: a value with one could become a header or another line.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

#: Headers that are each message's own.
OWN_HEADERS = frozenset(
    {"to", "date", "message-id", "mime-version", "content-type", "content-transfer-encoding"}
)

Values = Mapping[str, str]
Escape = Callable[[str], str]

#: From a field's name, such as ``html_token``, to what stands for it in a body that somebody else fills.
Mark = Callable[[str], str]


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
        return self.template.fill(self)

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
        self._text = _Slotted("text", text, str)
        self._html = _Slotted("html", html, _escape)
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
        """Return the whole message for one recipient; raises UnsafeValue."""
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


class _Slotted:
    """A body in which ``%%name%%`` marks a slot; a slot without a value is left empty."""

    def __init__(self, kind: str, body: str, escape: Escape) -> None:
        self._kind, self._body, self._escape = kind, body, escape
        self._runs = [_run(lines) for lines in _grouped(body.splitlines())]
        self._names = frozenset(SLOT.findall(body))
        alone = (SLOT.fullmatch(line.strip()) for line in body.split("\n"))
        self._alone = frozenset(slot[1] for slot in alone if slot)

    def encoded(self, values: Values) -> Sequence[bytes]:
        """Return the body in quoted-printable, in pieces; only lines with slots are encoded now."""
        return [
            run if isinstance(run, bytes) else _quoted_printable(self._fill(run, values))
            for run in self._runs
            if isinstance(run, bytes) or not _is_left_out(run, values)
        ]

    def filled(self, values: Values) -> str:
        """Return the body as text."""
        return self._fill(_without_empty(self._body, values), values)

    def left_out(self, values: Values) -> frozenset[str]:
        """Return the slots that have no value, and a line to themselves."""
        return frozenset(name for name in self._alone if not values.get(name))

    def fields(self, values: Values) -> dict[str, str]:
        """Return the values of all slots, ready to be put in; HTML and text want them in different spellings."""
        return {f"{self._kind}_{name}": self._escape(values.get(name, "")) for name in self._names}

    def marked(self, values: Values, mark: Mark) -> str:
        """Return the body with marks in place of the slots."""
        return SLOT.sub(lambda slot: mark(f"{self._kind}_{slot[1]}"), _without_empty(self._body, values))

    def shared(self) -> str:
        """Return the body with a NUL for each slot."""
        return SLOT.sub("\0", self._body)

    def _fill(self, text: str, values: Values) -> str:
        return _replace(text, values, self._escape)


def fill_slots(text: str, values: Values, *, is_html: bool = False) -> str:
    """Return a text with its slots filled, for a preview or a test."""
    return _replace(_without_empty(text, values), values, _escape if is_html else str)


def _replace(text: str, values: Values, escape: Escape) -> str:
    return SLOT.sub(lambda match: escape(values.get(match[1], "")), text)


def _grouped(lines: Sequence[str]) -> list[list[str]]:
    """Split lines into runs, such that a line with a slot stands alone."""
    runs: list[list[str]] = []
    previous_has_slot = True
    for line in lines:
        has_slot = SLOT.search(line) is not None
        if has_slot or previous_has_slot:
            runs.append([])
        runs[-1].append(line)
        previous_has_slot = has_slot
    return runs


def _without_empty(text: str, values: Values) -> str:
    return "\n".join(line for line in text.split("\n") if not _is_left_out(line, values))


def _is_left_out(line: str, values: Values) -> bool:
    """Whether a line is nothing but a slot that this recipient has no value for."""
    slot = SLOT.fullmatch(line.strip())
    return slot is not None and not values.get(slot[1])


def _run(lines: Sequence[str]) -> str | bytes:
    if len(lines) == 1 and SLOT.search(lines[0]):
        return lines[0]
    return b"".join(_quoted_printable(line) for line in lines)


def _quoted_printable(line: str) -> bytes:
    """Return one line encoded, ended by CR LF, with no physical line over 76 characters (RFC 2045, 6.7)."""
    encoded = binascii.b2a_qp(line.encode("utf-8", "replace"), istext=True)
    return encoded.replace(b"\n", b"\r\n") + b"\r\n"


def _part_head(subtype: str) -> bytes:
    return (
        f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode()


def _escape(value: str) -> str:
    return html.escape(value, quote=True)


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
