"""Opening a file of addresses: its encoding, its separator, its headings, and its lines one at a time."""

import codecs
import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import TextIOWrapper
from typing import BinaryIO

from django.utils.translation import gettext as _

from onward_newsletter.addresses import InvalidAddress, normalise_address

from .base import Format, Row, parse_time


#: The longest field and line that are read; a missing quotation mark would otherwise take in the rest of the file.
MAX_FIELD, MAX_LINE = 10_000, 200_000

#: How much of a file is looked at to find out what it is.
SAMPLE = 4096

#: How the files of other programs begin, and what they are.
BINARY = {
    b"PK\x03\x04": "an Excel or LibreOffice file, or a ZIP archive",
    b"\xd0\xcf\x11\xe0": "an old Excel file",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a compressed file",
}

TIMES = ("asked_at", "confirmed_at", "ended_at")
TEXTS = ("topic", "consent_text", "consent_page", "source", "reason")


class UnreadableFile(Exception):
    """The file is no list of addresses; its text is for whoever imports it."""


@dataclass
class List:
    """An open file. ``headings`` names its columns, by its first line or else by their place."""

    headings: list[str]
    #: The column with an address in the first line, if that line has one; "" otherwise.
    address_column: str
    _lines: Iterator[tuple[int, list[str] | str]]

    def cells(self) -> Iterator[tuple[int, list[str] | str]]:
        """Yield each line's number with its cells, or with the sentence why it could not be read."""
        return self._lines

    def rows(self, format_: Format, columns: Mapping[str, str]) -> Iterator[Row]:
        """Yield the rows as a format reads them; ``columns`` is {what: heading}. Can be asked for once.

        Raises UnreadableFile when no column holds addresses.
        """
        places = {what: self.headings.index(name) for what, name in columns.items() if name in self.headings}
        if "address" not in places:
            raise UnreadableFile(_("No column is called “email”, and the first line holds no address."))
        names = [heading.strip().lower() for heading in self.headings]
        for line, cells in self._lines:
            if isinstance(cells, str):
                yield Row(line, "", cells)
            elif len(cells) <= places["address"]:
                yield Row(line, "", _("This row has too few columns."))
            else:
                yield _row(line, cells, names, places, format_)


def _row(line: int, cells: list[str], names: list[str], places: dict[str, int], format_: Format) -> Row:
    picked = {what: cells[place].strip() for what, place in places.items() if place < len(cells)}
    if any("\0" in text for text in picked.values()):
        return Row(line, "", _("This row holds a NUL byte, which is no text."))
    by_name = dict(zip(reversed(names[: len(cells)]), reversed(cells[: len(names)]), strict=True))
    return Row(
        line,
        _text(picked["address"], format_),
        standing=format_.standing(by_name),
        **{what: parse_time(picked[what]) for what in TIMES if picked.get(what)},  # type: ignore[arg-type]
        **{what: _text(picked[what], format_) for what in TEXTS if picked.get(what)},  # type: ignore[arg-type]
    )


def _text(text: str, format_: Format) -> str:
    return unquoted(text) if format_.is_quoted else text


def unquoted(text: str) -> str:
    """Return a text without the quotation mark that ``safe_cell`` put before what looks like a formula."""
    return text[1:] if text.startswith("'") and text[1:2] in {"=", "+", "-", "@", "\t", "\r", "\n"} else text


def open_list(file: BinaryIO) -> List:
    """Open a file of addresses; it stays open for as long as rows are read.

    UTF-8 with or without a mark, UTF-16, otherwise Latin-1; commas, semicolons or tabs; with a line of headings or,
    when its first line holds an address, without. Raises UnreadableFile with a sentence for what is no such file.
    """
    encoding = _encoding_of(file)
    file.seek(0)
    # A broken UTF-16 file spoils the rows where it is broken and no others.
    errors = "replace" if encoding.startswith("utf-16") else "strict"
    text = TextIOWrapper(file, encoding=encoding, errors=errors, newline="")
    sample = text.readline(MAX_LINE)
    if not sample.strip():
        text.detach()
        raise UnreadableFile(_("The file is empty, or begins with an empty line."))
    separator = max(",;\t", key=sample.count)
    text.seek(0)
    csv.field_size_limit(MAX_FIELD)
    reader = csv.reader(_short_lines(text), delimiter=separator)
    try:
        first = next(reader)
    except csv.Error:
        sentence = _(
            "The first line is no line of headings or addresses: it holds a field of over %(number)s letters."
        )
        raise UnreadableFile(sentence % {"number": f"{MAX_FIELD:,}"}) from None
    return _list(first, reader)


def _list(first: list[str], reader: "csv.Reader") -> List:  # type: ignore[name-defined]
    place = next((place for place, cell in enumerate(first) if _is_address(cell)), None)
    if place is None:
        return List(first, "", _numbered(reader))
    headings = [_("Column %(number)d") % {"number": number} for number in range(1, len(first) + 1)]
    return List(headings, headings[place], _numbered(reader, first))


def _numbered(
    reader: "csv.Reader",  # type: ignore[name-defined]
    first: list[str] | None = None,
) -> Iterator[tuple[int, list[str] | str]]:
    if first is not None:
        yield 1, first
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, _("This row could not be read: %(error)s.") % {"error": error}
            continue
        if any(cell.strip() for cell in cells):
            yield line, cells


def _short_lines(text: TextIOWrapper) -> Iterator[str]:
    """Yield the lines; of one that is far too long, only as much as is needed for the reader to refuse it."""
    try:
        while line := text.readline(MAX_LINE):
            if len(line) < MAX_LINE or line.endswith(("\n", "\r")):
                yield line
                continue
            while (rest := text.readline(MAX_LINE)) and not rest.endswith(("\n", "\r")):
                pass
            yield "x" * (MAX_FIELD + 1) + "\n"
    finally:
        # The file belongs to whoever opened it; a forgotten wrapper would close it.
        if not text.closed:
            text.detach()


def _is_address(text: str) -> bool:
    try:
        normalise_address(text)
    except InvalidAddress:
        return False
    return True


def _encoding_of(file: BinaryIO) -> str:
    """Return the encoding of a file, by its mark or by whether it is UTF-8 to its end; a megabyte at a time."""
    file.seek(0)
    start = file.read(SAMPLE)
    for mark, kind in BINARY.items():
        if start.startswith(mark):
            sentence = _("This is %(kind)s and not a text. Save the list as CSV and choose that file.")
            raise UnreadableFile(sentence % {"kind": kind})
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if start.count(0) * 8 > len(start):
        return _utf_16_without_a_mark(start)
    return _utf_8_or_latin_1(file)


def _utf_16_without_a_mark(start: bytes) -> str:
    """Return which half of each pair of bytes is empty in a text that is mostly Latin."""
    for encoding, empty, full in (
        ("utf-16-le", start[1::2], start[::2]),
        ("utf-16-be", start[::2], start[1::2]),
    ):
        if empty.count(0) > len(empty) * 0.9 and min(full) >= 9:
            return encoding
    raise UnreadableFile(
        _("This is not a text: it is full of NUL bytes. Save the list as CSV and choose that file.")
    )


def _utf_8_or_latin_1(file: BinaryIO) -> str:
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        while chunk := file.read(1 << 20):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8-sig"
