"""Subscriptions as a file that spreadsheets open and ``import_subscribers`` reads back."""

import csv
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from onward_newsletter.importers.onward import COLUMNS
from onward_newsletter.models import Newsletter, Subscription, Topic
from onward_newsletter.models.subscriber import SubscriptionQuerySet
from onward_newsletter.spreadsheets import safe_cell


#: What some spreadsheet programs need at the beginning to know that a file is UTF-8.
BOM = "\ufeff"

#: Rows fetched at a time.
FETCHED = 2000


def subscriptions_to_export(
    newsletter: Newsletter, topic: Topic | None = None, state: str = ""
) -> SubscriptionQuerySet:
    """Return a newsletter's subscriptions, or those to one topic, or in one state; oldest first."""
    rows = Subscription.objects.filter(newsletter=newsletter).order_by("pk")
    rows = rows.filter(topic=topic) if topic else rows
    return rows.filter(state=state) if state else rows


def csv_lines(rows: SubscriptionQuerySet, *, has_bom: bool = False) -> Iterator[str]:
    """Yield the file piece by piece: the headings of ``importers/onward.py``, then a line for each subscription.

    Times are ISO 8601. What a spreadsheet would run as a formula is quoted. No hash of an address is in it.
    """
    writer = csv.writer(_Echo())
    yield (BOM if has_bom else "") + writer.writerow(COLUMNS)
    for row in rows.select_related("subscriber", "topic").iterator(chunk_size=FETCHED):
        yield writer.writerow([safe_cell(cell) for cell in _cells(row)])


class _Echo:
    """A file that hands back what is written."""

    def write(self, text: str) -> str:
        return text


def _cells(row: Subscription) -> list[Any]:
    return [
        row.subscriber.address,
        row.state,
        row.topic.slug if row.topic else "",
        row.source,
        row.consent_text,
        row.consent_page,
        _time(row.requested_at),
        _time(row.confirmed_at),
        _time(row.ended_at),
        row.end_reason,
    ]


def _time(value: datetime | None) -> str:
    return value.isoformat() if value else ""
