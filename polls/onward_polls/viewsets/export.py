"""The answers to a poll as a CSV file, sent while it is being read."""

import csv
from collections.abc import Iterator
from io import StringIO
from itertools import chain, islice

from django.http import HttpRequest, StreamingHttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.text import slugify

from onward_polls.desk.answer_rows import answer_rows
from onward_polls.models import Poll

from .screen import PollScreen


#: Lines sent at a time, about 100 kB.
LINES = 500


class ExportView(PollScreen):
    """One row for every vote; see ``answer_rows`` for the columns."""

    def get(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:  # type: ignore[override]
        """Send the file."""
        response = StreamingHttpResponse(csv_lines(self.poll), content_type="text/csv; charset=utf-8")
        name = f"{slugify(self.poll.question)[:60] or 'poll'}-{timezone.localdate():%Y-%m-%d}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


def csv_lines(poll: Poll) -> Iterator[str]:
    """Yield the file (RFC 4180): its heading at once, then many lines at a time, because each piece costs a write."""
    rows = answer_rows(poll)
    pieces = chain([[next(rows)]], iter(lambda: list(islice(rows, LINES)), []))
    for piece in pieces:
        text = StringIO()
        csv.writer(text).writerows(piece)
        yield text.getvalue()


def export_urls() -> list[URLPattern]:
    """Return the address of the file, for the viewset."""
    return [path("export/<int:pk>/", ExportView.as_view(), name="export")]
