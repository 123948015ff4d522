"""Bringing in subscribers from a file, row by row, with an answer for each."""

import codecs
import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from onward_newsletter.addresses import InvalidAddress, address_key, normalise_address
from onward_newsletter.models import Newsletter, Subscriber, Subscription, Suppression, Topic


#: Rows taken in one transaction; all of them, or none.
BATCH = 500

#: What the column with the address is called in the files of Ghost, Substack, Mailchimp and listmonk, and by hand.
ADDRESS_COLUMNS = ("email", "e-mail", "email address", "e-mail address", "address", "subscriber", "mail")

#: The longest field that is read; a missing quotation mark would otherwise take in the rest of the file.
MAX_FIELD = 10_000


class Outcome(StrEnum):
    """What became of one row."""

    ADDED = "added"
    CONFIRMED = "confirmed"
    KNOWN = "known"
    SUPPRESSED = "suppressed"
    UNSUBSCRIBED = "unsubscribed"
    REFUSED = "refused"


@dataclass(frozen=True)
class RowReport:
    """One row's answer: its line in the file, the address as typed, what became of it, and why it was refused."""

    line: int
    address: str
    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True)
class Row:
    """One line of a file: where it stands and what its column of addresses says."""

    line: int
    typed: str
    #: Set when the row could not be read at all.
    problem: str = ""


class UnreadableFile(Exception):
    """The file is no list of addresses; its text is for whoever imports it."""


@dataclass(frozen=True)
class Import:
    """Where the rows of a file go. ``consent`` is the sentence they agreed to; "" brings them in as pending."""

    newsletter: Newsletter
    topic: Topic | None = None
    consent: str = ""
    is_dry_run: bool = False

    @property
    def is_confirmed(self) -> bool:
        return bool(self.consent)

    def run(self, rows: Iterable[Row]) -> Iterator[RowReport]:
        """Import the rows and report each, in order. The same file again changes nothing.

        Addresses that are suppressed, or that left before, stay out whatever the file says. Pending ones get no mail
        from here: thousands of confirmations at once would look like an attack.
        """
        seen: set[str] = set()
        remaining = iter(rows)
        while batch := list(islice(remaining, BATCH)):
            with transaction.atomic():
                reports = self._import_batch(batch, seen)
                if self.is_dry_run:
                    transaction.set_rollback(True)
            yield from reports

    def _import_batch(self, rows: list[Row], seen: set[str]) -> list[RowReport]:
        addresses, reports = _normalised(rows)
        known = self._what_is_known(addresses.values())
        for row in rows:
            if row.line in reports:
                continue
            address = addresses[row.line]
            outcome = Outcome.KNOWN if address in seen else known.get(address, Outcome.ADDED)
            seen.add(address)
            reports[row.line] = RowReport(row.line, row.typed, outcome)
        self._write(reports.values(), addresses)
        return [reports[row.line] for row in rows]

    def _what_is_known(self, addresses: Iterable[str]) -> dict[str, Outcome]:
        """Return what the database says about addresses; those it says nothing about are to be added."""
        keys = {address_key(address): address for address in addresses}
        subscriptions = Subscription.objects.filter(
            newsletter=self.newsletter, topic=self.topic, subscriber__address_key__in=keys
        )
        known = {
            keys[key]: self._outcome_for(state)
            for key, state in subscriptions.values_list("subscriber__address_key", "state")
        }
        suppressed = Suppression.objects.filter(address_key__in=keys).values_list("address_key", flat=True)
        return known | {keys[key]: Outcome.SUPPRESSED for key in suppressed}

    def _outcome_for(self, state: str) -> Outcome:
        if state == Subscription.State.ENDED:
            return Outcome.UNSUBSCRIBED
        return (
            Outcome.CONFIRMED if state == Subscription.State.PENDING and self.is_confirmed else Outcome.KNOWN
        )

    def _write(self, reports: Iterable[RowReport], addresses: dict[int, str]) -> None:
        by_outcome: dict[Outcome, list[str]] = {outcome: [] for outcome in Outcome}
        for report in reports:
            if report.outcome != Outcome.REFUSED:
                by_outcome[report.outcome].append(addresses[report.line])
        self._add(by_outcome[Outcome.ADDED])
        self._confirm(by_outcome[Outcome.CONFIRMED])

    def _add(self, addresses: list[str]) -> None:
        rows = [Subscriber(address=address, address_key=address_key(address)) for address in addresses]
        Subscriber.objects.bulk_create(rows, ignore_conflicts=True)
        people = Subscriber.objects.filter(address_key__in=[row.address_key for row in rows])
        Subscription.objects.bulk_create(
            [self._subscription(person) for person in people], ignore_conflicts=True
        )

    def _subscription(self, subscriber: Subscriber) -> Subscription:
        now = timezone.now()
        return Subscription(
            subscriber=subscriber,
            newsletter=self.newsletter,
            topic=self.topic,
            state=Subscription.State.ACTIVE if self.is_confirmed else Subscription.State.PENDING,
            requested_at=now,
            confirmed_at=now if self.is_confirmed else None,
            consent_text=self.consent[:255],
            source="import",
        )

    def _confirm(self, addresses: list[str]) -> None:
        Subscription.objects.filter(
            newsletter=self.newsletter,
            topic=self.topic,
            state=Subscription.State.PENDING,
            subscriber__address_key__in=[address_key(address) for address in addresses],
        ).update(
            state=Subscription.State.ACTIVE,
            confirmed_at=timezone.now(),
            consent_text=self.consent[:255],
            source="import",
        )


def _normalised(rows: list[Row]) -> tuple[dict[int, str], dict[int, RowReport]]:
    """Return the addresses by line, and a report for each line that has none."""
    addresses, refused = {}, {}
    for row in rows:
        try:
            if row.problem:
                raise InvalidAddress(row.problem)
            addresses[row.line] = normalise_address(row.typed)
        except InvalidAddress as error:
            refused[row.line] = RowReport(row.line, row.typed, Outcome.REFUSED, str(error))
    return addresses, refused


def rows_of(path: Path) -> Iterator[Row]:
    """Return the rows of a CSV file, read as they are needed.

    UTF-8 with or without a mark, UTF-16 with one, otherwise Latin-1; commas, semicolons or tabs; with a line of
    headings or, when its first line holds an address, without. Raises UnreadableFile.
    """
    with path.open(encoding=encoding_of(path), newline="") as file:
        sample = file.readline()
        if not sample.strip():
            raise UnreadableFile(_("The file is empty."))
        separator = max(",;\t", key=sample.count)
        file.seek(0)
        csv.field_size_limit(MAX_FIELD)
        reader = csv.reader(file, delimiter=separator)
        yield from _rows(reader)


def _rows(reader: "csv.Reader") -> Iterator[Row]:  # type: ignore[name-defined]
    first = next(reader)
    column = _address_column(first)
    if _is_address(first[column]):
        yield Row(1, first[column])
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(line, "", _("This row could not be read: %(error)s.") % {"error": error})
            continue
        if any(cell.strip() for cell in cells):
            yield (
                Row(line, cells[column])
                if len(cells) > column
                else Row(line, "", _("This row has too few columns."))
            )


def _address_column(cells: list[str]) -> int:
    headings = [cell.strip().lower() for cell in cells]
    for name in ADDRESS_COLUMNS:
        if name in headings:
            return headings.index(name)
    for place, cell in enumerate(cells):
        if _is_address(cell):
            return place
    raise UnreadableFile(_("No column is called “email”, and the first line holds no address."))


def _is_address(text: str) -> bool:
    try:
        normalise_address(text)
    except InvalidAddress:
        return False
    return True


def encoding_of(path: Path) -> str:
    """Return the encoding of a file, by its mark or by whether it is UTF-8 to its end; a megabyte at a time."""
    with path.open("rb") as file:
        start = file.read(4)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8-sig")()
        try:
            while chunk := file.read(1 << 20):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "latin-1"
    return "utf-8-sig"
