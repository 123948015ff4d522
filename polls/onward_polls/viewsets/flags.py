"""What may be unfair about the answers to a poll: shown with and without, decided by the author, undoable."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Min, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages

from onward_polls.actions.fairness import decide_flag
from onward_polls.actions.limited import count_limited, limited_ballots
from onward_polls.fairness.finding import few_writers, tally_without
from onward_polls.models import Ballot, FairnessFlag, Poll
from onward_polls.tally import PollTally, TallyLine, read_tally

from .screen import PollScreen, screen_url


Decision = FairnessFlag.Decision

#: Open flags shown with and without; more than this are listed once these are decided.
AT_ONCE = 10


@dataclass(frozen=True)
class Sign:
    """One open flag, with the result as it is and as it would be without its ballots."""

    flag: Any
    now: PollTally
    without: PollTally
    #: [(line now, the same line without)]
    lines: list[tuple[TallyLine, TallyLine | None]]


class FairnessView(PollScreen):
    """Every sign that answers may not be fair, and what was set aside."""

    page_title = gettext_lazy("Fairness")
    header_icon = "warning"
    template_name = "onward_polls/admin/fairness.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        flags = flags_of(self.poll)
        waiting = [flag for flag in flags if flag.decision == Decision.OPEN]
        now = read_tally(self.poll)
        return {
            **super().get_context_data(**kwargs),
            "tally": now,
            "signs": [sign_of(self.poll, flag, now) for flag in waiting[:AT_ONCE]],
            "more": max(0, len(waiting) - AT_ONCE),
            "decided": [flag for flag in flags if flag.decision != Decision.OPEN],
            "limited": limited_of(self.poll),
            "few_writers": few_writers(self.poll),
        }


def flags_of(poll: Poll) -> Sequence[Any]:
    """Return the flags of a poll, each with ``n`` (ballots that stand) and ``aside`` (of them, set aside)."""
    stands = Q(ballots__withdrawn_at=None)
    return list(
        FairnessFlag.objects.filter(poll=poll)
        .select_related("decided_by")
        .annotate(
            n=Count("ballots", filter=stands),
            aside=Count("ballots", filter=stands & Q(ballots__excluded_at__isnull=False)),
        )
    )


def sign_of(poll: Poll, flag: Any, now: PollTally) -> Sign:
    """Return a flag with the result as it is, and as it would be without its ballots."""
    without = tally_without(poll, Ballot.objects.filter(fairness_flags=flag))
    same = {line.option_uuid: line for line in without.lines}
    return Sign(flag, now, without, [(line, same.get(line.option_uuid)) for line in now.lines])


def limited_of(poll: Poll) -> Sequence[dict[str, Any]]:
    """Return what the limit set aside, network by network: ``network``, ``n``, ``first``, ``last``."""
    aside = Ballot.objects.excluded().filter(poll=poll, exclusion=Ballot.Exclusion.NETWORK)
    found = (
        aside.order_by().values("network").annotate(n=Count("pk"), first=Min("cast_at"), last=Max("cast_at"))
    )
    return [dict(row) for row in found.order_by("-last")]


class DecideView(PollScreen):
    """Ask before counting ballots or setting them aside, with their number and what the result is then."""

    header_icon = "warning"
    template_name = "onward_polls/admin/decide.html"

    @cached_property
    def flag(self) -> FairnessFlag:
        return get_object_or_404(FairnessFlag, poll=self.poll, pk=self.kwargs["flag_id"])

    @property
    def sets_aside(self) -> bool:
        return bool(self.kwargs["decision"] == Decision.EXCLUDED)

    def get_page_title(self) -> str:
        return _("Set them aside") if self.sets_aside else _("Count them")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        ballots = self.flag.ballots.filter(withdrawn_at=None)
        n = ballots.filter(excluded_at__isnull=self.sets_aside).count()
        return {
            **super().get_context_data(**kwargs),
            "sets_aside": self.sets_aside,
            "n": n,
            "then": tally_without(self.poll, Ballot.objects.filter(fairness_flags=self.flag)).n
            if self.sets_aside
            else read_tally(self.poll).n + n,
            "back": screen_url("fairness", self.poll),
        }

    def post(self, request: HttpRequest, pk: int, flag_id: int, decision: str) -> HttpResponse:
        """Decide, and say how many ballots that was."""
        messages.success(request, said(self.sets_aside, decide_flag(self.flag, decision, request.user)))
        return HttpResponseRedirect(screen_url("fairness", self.poll))


class CountLimitedView(PollScreen):
    """Ask before counting what the limit for one network has set aside."""

    page_title = gettext_lazy("Count them after all")
    header_icon = "warning"
    template_name = "onward_polls/admin/decide.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        n = limited_ballots(self.poll, network_in(self.request)).count()
        return {
            **super().get_context_data(**kwargs),
            "sets_aside": False,
            "n": n,
            "then": read_tally(self.poll).n + n,
            "back": screen_url("fairness", self.poll),
        }

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Count them, and say how many they were."""
        n = count_limited(self.poll, network_in(request), user=request.user)
        messages.success(request, said(False, n))
        return HttpResponseRedirect(screen_url("fairness", self.poll))


def network_in(request: HttpRequest) -> str:
    """Return the network that an address names; PostgreSQL refuses a NUL."""
    return request.GET.get("network", "").replace("\x00", "")


def said(sets_aside: bool, n: int) -> str:
    """Return what was done to n ballots."""
    if sets_aside:
        text = ngettext(
            "%(n)d answer is set aside. The result says so.",
            "%(n)d answers are set aside. The result says so.",
            n,
        )
    else:
        text = ngettext("%(n)d answer is counted again.", "%(n)d answers are counted again.", n)
    return text % {"n": n} if n else _("Noted. No answer had to change.")


def flag_urls() -> list[URLPattern]:
    """Return the addresses of the screen, for the viewset."""
    decide = [
        path(
            f"fairness/<int:pk>/<int:flag_id>/{decision}/",
            DecideView.as_view(),
            {"decision": decision},
            name=name,
        )
        for decision, name in ((Decision.COUNTED, "count_flag"), (Decision.EXCLUDED, "exclude_flag"))
    ]
    return [
        path("fairness/<int:pk>/", FairnessView.as_view(), name="fairness"),
        path("fairness/<int:pk>/limited/", CountLimitedView.as_view(), name="count_limited"),
        *decide,
    ]
