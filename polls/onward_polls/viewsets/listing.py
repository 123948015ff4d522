"""The list of polls: what came in, where each is in its life, and where it stands."""

from typing import Any

import django_filters  # type: ignore[import-untyped]
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, NumberColumn
from wagtail.snippets.views.snippets import IndexView

from onward_polls.models import EXCLUDED, Ballot, FairnessFlag, Poll, Tally, TallyDelta
from onward_polls.placement import places_by_poll
from onward_polls.wording import life_line


class StateColumn(Column):
    """Whether a poll is open, in the reader's own words."""

    def get_value(self, instance: Poll) -> str:
        return life_line(instance) or _("Open")


class KindColumn(Column):
    """The kind of a poll, and whether it asks an earlier one's question, which often reads the same."""

    def get_value(self, instance: Poll) -> str:
        kind = str(instance.get_kind_display())
        return _("%(kind)s, asked again") % {"kind": kind} if instance.follows_id else kind


class PlacesColumn(Column):
    """What shows a poll, each with the way to its editor."""

    cell_template_name = "onward_polls/admin/places_cell.html"


class QuietNumberColumn(NumberColumn):
    """A number that is worth a look only when it is not nought."""

    def get_value(self, instance: Poll) -> Any:
        return super().get_value(instance) or ""


COLUMNS = [
    "question",
    KindColumn("kind", label=gettext_lazy("Kind")),
    NumberColumn("answers", label=gettext_lazy("Answers"), sort_key="answers"),
    NumberColumn("sentences", label=gettext_lazy("With words"), sort_key="sentences"),
    QuietNumberColumn("set_aside", label=gettext_lazy("Set aside")),
    QuietNumberColumn("flags_open", label=gettext_lazy("To decide"), sort_key="flags_open"),
    StateColumn("state", label=gettext_lazy("State")),
    PlacesColumn("places", label=gettext_lazy("Stands in")),
]


def with_counts(polls: "QuerySet[Poll]") -> "QuerySet[Poll]":
    """Add answers, sentences, set_aside and flags_open to each poll, within its one query.

    Answers come from the tally and what is not folded yet, so that a million of them cost no more than ten.
    """
    ballots = Ballot.objects.counted().with_words().filter(poll=OuterRef("pk"))
    flags = FairnessFlag.objects.filter(poll=OuterRef("pk"), decision=FairnessFlag.Decision.OPEN)
    counted: QuerySet[Poll] = polls.annotate(
        answers=_tallied(~Q(door=EXCLUDED)),
        set_aside=_tallied(Q(door=EXCLUDED)),
        sentences=_sum(ballots.values("poll").annotate(n=Count("pk"))),
        flags_open=_sum(flags.order_by().values("poll").annotate(n=Count("pk"))),
    )
    return counted


def _tallied(doors: Q) -> Any:
    of_poll = Q(doors, poll=OuterRef("pk"), option=None)
    folded = Tally.objects.filter(of_poll).values("poll").annotate(n=Sum("count"))
    waiting = TallyDelta.objects.filter(of_poll).values("poll").annotate(n=Sum("delta"))
    return _sum(folded) + _sum(waiting)


def _sum(rows: "QuerySet[Any, Any]") -> Coalesce:
    return Coalesce(Subquery(rows.values("n"), output_field=IntegerField()), 0)


class PollFilterSet(WagtailFilterSet):
    """Open, waiting, closed or archived; and by kind and by who sees the results."""

    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"),
        method="in_state",
        choices=[
            ("open", gettext_lazy("Open")),
            ("waiting", gettext_lazy("Not open yet")),
            ("closed", gettext_lazy("Closed")),
            ("archived", gettext_lazy("Archived")),
        ],
    )

    class Meta:
        model = Poll
        fields = ["kind", "results_visibility"]

    def in_state(self, polls: "QuerySet[Poll]", name: str, value: str) -> "QuerySet[Poll]":
        now = timezone.now()
        states = {
            "open": Q(archived_at=None) & ~Q(opens_at__gt=now) & ~Q(closes_at__lte=now),
            "waiting": Q(archived_at=None, opens_at__gt=now),
            "closed": Q(archived_at=None, closes_at__lte=now),
            "archived": Q(archived_at__isnull=False),
        }
        chosen: QuerySet[Poll] = polls.filter(states[value])
        return chosen


class PollIndexView(IndexView):
    """The list, with the places of all its polls read at once."""

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        polls = list(context["object_list"])
        places = places_by_poll(polls)
        for poll in polls:
            poll.places = places[poll.pk]
        return context
