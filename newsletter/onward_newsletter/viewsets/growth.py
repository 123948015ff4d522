"""A newsletter's growth: how many follow it, week by week, and where they came from."""

from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.views import generic

from onward_newsletter.growth import Week, people_of, sources_of, weeks_of
from onward_newsletter.models import Newsletter

from .charts import Column, ColumnChart


class GrowthView(generic.InspectView):
    template_name = "onward_newsletter/admin/growth.html"
    page_title = gettext_lazy("Growth")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        newsletter: Newsletter = self.object
        weeks = weeks_of(newsletter)
        context: dict[str, Any] = super().get_context_data(
            people=people_of(newsletter),
            weeks=weeks,
            charts=_charts(weeks) if weeks else [],
            sources=sources_of(newsletter),
            **kwargs,
        )
        return context


def _charts(weeks: list[Week]) -> list[ColumnChart]:
    names = [date_format(week.begin, "j M Y") for week in weeks]
    at_end = [Column(name, week.at_end) for name, week in zip(names, weeks, strict=True)]
    begun = [Column(name, week.begun) for name, week in zip(names, weeks, strict=True)]
    ended = [Column(name, week.ended) for name, week in zip(names, weeks, strict=True)]
    return [
        _chart(
            _("Active subscriptions"),
            at_end,
            _("%(n)d at the end of the last week.") % {"n": at_end[-1].number},
        ),
        _chart(_("Begun"), begun, _in_all(begun)),
        _chart(_("Ended"), ended, _in_all(ended)),
    ]


def _in_all(columns: list[Column]) -> str:
    return _("%(n)d in all these weeks.") % {"n": sum(column.number for column in columns)}


def _chart(heading: str, columns: list[Column], summary: str) -> ColumnChart:
    return ColumnChart(heading, columns, summary=summary, times=_("Week from"), numbers=heading)


def link_to_growth(newsletter: Newsletter) -> SafeString:
    """Return the link that stands in the list of newsletters."""
    url = reverse("onward_newsletter_newsletters:inspect", args=[newsletter.pk])
    return format_html('<a href="{}">{}</a>', url, _("Growth"))
