"""What became of an issue, for its screen: charts, lists of troubled deliveries, and what was done when."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from wagtail.models import ModelLogEntry

from onward_newsletter import results
from onward_newsletter.models import Delivery, Issue, SendingState
from onward_newsletter.permissions import may_see_addresses
from onward_newsletter.results import Line

from .charts import BarChart, Column, ColumnChart


#: The states whose deliveries are listed, and what their page number is called in the address.
LISTED = {"in_doubt": SendingState.IN_DOUBT, "failed": SendingState.FAILED}
PER_PAGE = 50

#: What was done to an issue, newest first: so many lines.
HISTORY_LINES = 30


def results_context(issue: Issue) -> dict[str, Any]:
    """Return the charts of an issue that has been prepared; nothing for one that has not."""
    if issue.prepared_at is None:
        return {"charts": []}
    skipped = results.skipped_by_reason(issue)
    left_out = [BarChart(_("Skipped, by reason"), skipped)] if skipped else []
    return {"charts": [_over_time(issue), _failures(issue), *left_out, _came_back(issue), _outcomes(issue)]}


def _over_time(issue: Issue) -> ColumnChart:
    steps = results.submitted_over_time(issue)
    total = sum(step.number for step in steps)
    names = _names_of([step.begin for step in steps])
    return ColumnChart(
        _("Submitted over time"),
        [Column(name, step.number) for name, step in zip(names, steps, strict=True)],
        summary=_("%(total)d submitted from %(first)s to %(last)s.")
        % {"total": total, "first": names[0], "last": names[-1]}
        if steps
        else _("Nothing has been submitted yet."),
        times=_("From"),
        numbers=_("Submitted"),
    )


def _names_of(moments: list[Any]) -> list[str]:
    """Name moments as briefly as they can be told apart: by the day, the minute or the second."""
    local = [localtime(moment) for moment in moments]
    if any(moment.second for moment in local):
        pattern = "j M, H:i:s"
    elif any(moment.hour or moment.minute for moment in local):
        pattern = "j M, H:i"
    else:
        pattern = "j M Y"
    return [date_format(moment, pattern) for moment in local]


def _failures(issue: Issue) -> BarChart:
    return BarChart(
        _("Failed, by the server's reply"), results.failures_by_reason(issue), empty=_("None failed.")
    )


def _came_back(issue: Issue) -> BarChart:
    unsubscribed = results.unsubscribed_after(issue)
    lines = [Line(_("Unsubscribed before the next issue"), unsubscribed), *results.came_back(issue)]
    return BarChart(_("What came back"), lines)


def _outcomes(issue: Issue) -> BarChart:
    return BarChart(
        _("What came of it"), results.outcomes(issue), empty=_("No answers or comments are known of.")
    )


def history_of(issue: Issue) -> list[ModelLogEntry]:
    """Return who did what to the issue when, newest first; what a worker did has no user."""
    entries = ModelLogEntry.objects.for_instance(issue).select_related("user")
    return list(entries.order_by("-timestamp", "-pk")[:HISTORY_LINES])


def listed(request: HttpRequest, issue: Issue) -> dict[str, Page[Delivery]]:
    """Return a page of each list of troubled deliveries, by the numbers in the request's address."""
    may_see = may_see_addresses(request.user)
    pages = {}
    for name, state in LISTED.items():
        page = Paginator(results.troubled(issue, state), PER_PAGE).get_page(request.GET.get(name))
        for row in page.object_list:
            shown: Any = row
            shown.shown_address = address_of(row) if may_see else _("hidden")
            shown.shown_reason = row.reason if may_see else results.without_addresses(row.reason)
        pages[name] = page
    return pages


def address_of(row: Delivery) -> str:
    """Return whom a delivery was for, in words when the person was erased."""
    return row.subscriber.address if row.subscriber else _("erased")
