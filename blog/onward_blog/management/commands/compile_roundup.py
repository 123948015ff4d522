"""Freeze what readers said about one article."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

import swapper
from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_date, parse_datetime

from onward_blog.mixins import ArticleMixin
from onward_blog.responses.canonical import canonical_json
from onward_blog.roundups.actions import compile_roundup
from onward_blog.roundups.reading import Reading


class Command(BaseCommand):
    """``compile_roundup PAGE_ID [--since ISO8601] [--until ISO8601] [--json]``.

    Prints the roundup's number, window and totals; with ``--json`` the frozen document itself, in canonical JSON.
    Run again with the same answers it finds the same roundup. Exit 1 when the page is no article.
    """

    help = "Freeze what readers said about an article into a roundup, and print it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("page_id", type=int, metavar="PAGE_ID")
        parser.add_argument(
            "--since", type=_moment, help="from this moment on (ISO 8601; a date begins at 00:00 UTC)"
        )
        parser.add_argument("--until", type=_moment, help="up to this moment, not including it")
        parser.add_argument("--json", action="store_true", help="print the document as canonical JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        article = _article(options["page_id"])
        roundup = compile_roundup(article, since=options["since"], until=options["until"])
        if options["json"]:
            self.stdout.write(canonical_json(roundup.data))
            return
        reading = Reading(roundup.data)
        self.stdout.write(
            f"Roundup {roundup.pk} of “{roundup.page_title}”, up to {roundup.until.isoformat()}"
        )
        for source in roundup.data["sources"]:
            self.stdout.write(f"  {source['label']}: {source['total']}")
        self.stdout.write(f"  Sentences that may be quoted: {len(reading.quote_refs('words'))}")
        self.stdout.write(f"  SHA-256: {roundup.inputs_hash}")


def _article(page_id: int) -> Any:
    page = swapper.load_model("wagtailcore", "Page").objects.filter(pk=page_id).first()
    article = page.specific if page else None
    if not isinstance(article, ArticleMixin):
        raise CommandError(f"Page {page_id} is not an article. Give the id of an article page.")
    return article


def _moment(text: str) -> datetime:
    day = parse_date(text) if len(text) == len("2026-05-14") else None
    when = datetime(day.year, day.month, day.day, tzinfo=UTC) if day else parse_datetime(text)
    if when is None:
        raise ValueError(text)
    return when if when.tzinfo else when.replace(tzinfo=UTC)
