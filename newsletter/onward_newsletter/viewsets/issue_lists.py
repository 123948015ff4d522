"""Troubled deliveries as a file: one list of an issue as CSV."""

import csv
from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse

from onward_newsletter import results
from onward_newsletter.models import Issue
from onward_newsletter.permissions import may_see_addresses
from onward_newsletter.spreadsheets import safe_cell

from .issue_parts import PartView
from .issue_results import LISTED, address_of


class Echo:
    """A file that gives back what is written to it."""

    def write(self, value: str) -> str:
        return value


class ListView(PartView):
    """One list of troubled deliveries as CSV; without addresses for whoever may not see subscribers."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        name = request.GET.get("list", "")
        if name not in LISTED:
            raise Http404
        issue = self.issue()
        rows = self.rows(issue, LISTED[name], may_see=may_see_addresses(request.user))
        writer = csv.writer(Echo())
        response = StreamingHttpResponse(
            (writer.writerow(row) for row in rows), content_type="text/csv; charset=utf-8"
        )
        response["Content-Disposition"] = f'attachment; filename="issue-{issue.pk}-{name}.csv"'
        response["Cache-Control"] = "no-store, private"
        return response

    def rows(self, issue: Issue, state: str, *, may_see: bool) -> Iterator[list[Any]]:
        yield [*(["address"] if may_see else []), "state", "attempted_at", "message_id", "reason"]
        for row in results.troubled(issue, state).iterator(chunk_size=1000):
            reason = row.reason if may_see else results.without_addresses(row.reason)
            when = row.attempted_at.isoformat() if row.attempted_at else ""
            cells = [row.state, when, row.message_id, reason]
            yield [safe_cell(cell) for cell in ([address_of(row)] if may_see else []) + cells]


VIEWS: dict[str, type[PartView]] = {"list": ListView}
