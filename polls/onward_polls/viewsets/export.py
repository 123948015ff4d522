"""The answers to a poll as a CSV file, sent while it is being read."""

import csv
from collections.abc import Iterator

from django.http import HttpRequest, StreamingHttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.text import slugify

from onward_polls.desk.answer_rows import answer_rows
from onward_polls.models import Poll

from .screen import PollScreen


class ExportView(PollScreen):
    """One row for every vote; see ``answer_rows`` for the columns."""

    def get(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:  # type: ignore[override]
        """Send the file."""
        response = StreamingHttpResponse(csv_lines(self.poll), content_type="text/csv; charset=utf-8")
        name = f"{slugify(self.poll.question)[:60] or 'poll'}-{timezone.localdate():%Y-%m-%d}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


class _Line:
    """What csv writes into: it keeps nothing, and hands every line on."""

    def write(self, line: str) -> str:
        return line


def csv_lines(poll: Poll) -> Iterator[str]:
    """Yield the file line by line (RFC 4180)."""
    writer = csv.writer(_Line())
    for row in answer_rows(poll):
        yield writer.writerow(row)


def export_urls() -> list[URLPattern]:
    """Return the address of the file, for the viewset."""
    return [path("export/<int:pk>/", ExportView.as_view(), name="export")]
