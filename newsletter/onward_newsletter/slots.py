"""A body with slots, encoded once: only the values are encoded again for each recipient.

Quoted-printable may break a line anywhere with a soft break, which a reader never sees. So one is put on either side of
each slot, and what stands between the slots never changes. Each piece begins a line on the wire, and so its dots can be
doubled for SMTP ahead of time as well.
"""

import binascii
import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


SLOT = re.compile(r"%%([a-z][a-z0-9_]*)%%")

Values = Mapping[str, str]
Escape = Callable[[str], str]

#: From a field's name, such as ``html_token``, to what stands for it in a body that somebody else fills.
Mark = Callable[[str], str]

SOFT_BREAK = b"=\r\n"


@dataclass(frozen=True)
class _Line:
    """A line with slots: encoded text and names of slots by turns, beginning and ending with text."""

    texts: Sequence[bytes]
    names: Sequence[str]
    #: The slot that is all there is in the line, which is left out with it; or an empty text.
    alone: str

    def encoded(self, values: Values, escape: Escape) -> Sequence[bytes]:
        if self.alone and not values.get(self.alone):
            return ()
        pieces = [self.texts[0]]
        for name, text in zip(self.names, self.texts[1:], strict=True):
            value = values.get(name)
            pieces += (_open_ended(escape(value)), text) if value else (text,)
        return pieces


class Slotted:
    """A body in which ``%%name%%`` marks a slot; a slot without a value is left empty."""

    def __init__(self, kind: str, body: str, escape: Escape) -> None:
        self._kind, self._body, self._escape = kind, body, escape
        self._runs = [_run(lines) for lines in _grouped(body.splitlines())]
        self._names = frozenset(SLOT.findall(body))
        alone = (SLOT.fullmatch(line.strip()) for line in body.split("\n"))
        self._alone = frozenset(slot[1] for slot in alone if slot)

    def encoded(self, values: Values) -> Sequence[bytes]:
        """Return the body in quoted-printable, in pieces, dots doubled for SMTP; the last of them ends its line."""
        pieces: list[bytes] = []
        for run in self._runs:
            if isinstance(run, bytes):
                pieces.append(run)
            else:
                pieces += run.encoded(values, self._escape)
        return pieces

    def filled(self, values: Values) -> str:
        """Return the body as text."""
        return _replace(_without_empty(self._body, values), values, self._escape)

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


def escape(value: str) -> str:
    """Return a value as HTML, in a text or in an attribute."""
    return html.escape(value, quote=True)


def fill_slots(text: str, values: Values, *, is_html: bool = False) -> str:
    """Return a text with its slots filled, for a preview or a test."""
    return _replace(_without_empty(text, values), values, escape if is_html else str)


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


def _run(lines: Sequence[str]) -> bytes | _Line:
    if len(lines) == 1 and SLOT.search(lines[0]):
        return _line(lines[0])
    return b"".join(_ended(line) for line in lines)


def _line(line: str) -> _Line:
    *texts, last = SLOT.split(line)[::2]
    alone = SLOT.fullmatch(line.strip())
    return _Line(
        texts=[*(_open_ended(text) for text in texts), _ended(last)],
        names=SLOT.findall(line),
        alone=alone[1] if alone else "",
    )


def _ended(line: str) -> bytes:
    """Return one line encoded, ended by CR LF, with no physical line over 76 characters (RFC 2045, 6.7)."""
    return _with_dots_doubled(_quoted_printable(line) + b"\r\n")


def _open_ended(text: str) -> bytes:
    """Return a part of a line encoded, with a soft break at its end; nothing for an empty one."""
    if not text:
        return b""
    # One more character, so that the last line has room for the soft break, or ends with one already.
    encoded = _quoted_printable(f"{text}-")[:-1]
    return _with_dots_doubled(encoded if encoded.endswith(SOFT_BREAK) else encoded + SOFT_BREAK)


def _quoted_printable(text: str) -> bytes:
    return binascii.b2a_qp(text.encode("utf-8", "replace"), istext=True).replace(b"\n", b"\r\n")


def _with_dots_doubled(piece: bytes) -> bytes:
    """Return what begins a line with no line in it that looks like an end mark (RFC 5321, 4.5.2)."""
    doubled = piece.replace(b"\r\n.", b"\r\n..")
    return b"." + doubled if doubled.startswith(b".") else doubled
