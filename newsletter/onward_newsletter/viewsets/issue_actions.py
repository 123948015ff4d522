"""The buttons on an issue's screen, each with the page that asks before it acts."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.widgets import AdminDateTimeInput

from onward_newsletter.actions.composing import (
    check_issue,
    compose_issue,
    first_error,
    unschedule_issue,
)
from onward_newsletter.actions.in_doubt import resend_in_doubt, settle_in_doubt
from onward_newsletter.actions.issues import (
    IssueError,
    cancel_issue,
    count_audience,
    pause_issue,
    resume_issue,
    schedule_issue,
)
from onward_newsletter.actions.testing import send_test
from onward_newsletter.addresses import InvalidAddress
from onward_newsletter.models import Delivery, SendingState
from onward_newsletter.permissions import SEND

from .confirming import ConfirmView, Refused


class IssueView(ConfirmView):
    """What the buttons have in common."""

    permission = SEND
    #: Whether what was found about the issue stands above the button.
    tells_findings = False
    refusals: tuple[type[Exception], ...] = (Refused, IssueError)

    def people(self) -> str:
        """Return "1,284 subscribers": whom the issue would reach now."""
        number = count_audience(self.object)
        return ngettext("%(number)s subscriber", "%(number)s subscribers", number) % {
            "number": number_format(number, force_grouping=True)
        }

    def refuse_with_errors(self) -> None:
        """Refuse what cannot be sent as it is, with the first reason."""
        if reason := first_error(self.object):
            self.refuse(reason)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if self.tells_findings:
            kwargs["findings"] = check_issue(self.object, compose_issue(self.object))
        return super().get_context_data(**kwargs)


class ScheduleForm(forms.Form):
    when = forms.DateTimeField(label=gettext_lazy("Send at"), widget=AdminDateTimeInput)
    zone = forms.ChoiceField(label=gettext_lazy("In the time zone"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = sorted(name for name in available_timezones() if "/" in name or name == "UTC")
        self.fields["zone"].choices = [(name, name.replace("_", " ")) for name in zones]  # type: ignore[attr-defined]
        self.fields["zone"].initial = timezone.get_current_timezone_name()

    def wall_clock(self) -> datetime:
        """Return the time as it was typed, without a zone: it is one in the zone chosen, not in the server's."""
        when: datetime = self.cleaned_data["when"]
        return timezone.make_naive(when) if timezone.is_aware(when) else when


class FormView(IssueView):
    """A button that needs something typed first."""

    form_class: type[forms.Form] = forms.Form
    form: forms.Form | None = None

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        self.form = self.form_class(request.POST)
        if not self.form.is_valid():
            return self.render_to_response(self.get_context_data(), status=422)
        return super().post(request, *args, **kwargs)

    def empty_form(self) -> forms.Form:
        return self.form_class()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(form=self.form or self.empty_form(), **kwargs)


class ScheduleView(FormView):
    page_title = gettext_lazy("Schedule")
    log_action = "onward_newsletter.schedule"
    button_label = gettext_lazy("Schedule")
    form_class = ScheduleForm
    tells_findings = True

    def question(self) -> str:
        return _("When should the issue go out? It reaches %(people)s as of now.") % {"people": self.people()}

    def act(self) -> str:
        assert isinstance(self.form, ScheduleForm)  # noqa: S101 (post() made it)
        self.refuse_with_errors()
        zone = ZoneInfo(self.form.cleaned_data["zone"])
        issue = schedule_issue(self.object, self.form.wall_clock(), zone)
        moment = (issue.scheduled_at or timezone.now()).astimezone(zone)
        return _("The issue goes out on %(when)s (%(zone)s).") % {
            "when": date_format(moment, "DATETIME_FORMAT"),
            "zone": zone.key,
        }


class UnscheduleView(IssueView):
    page_title = gettext_lazy("Unschedule")
    log_action = "onward_newsletter.unschedule"
    button_label = gettext_lazy("Make it a draft again")

    def question(self) -> str:
        return _("Take the issue off the schedule? It becomes a draft again, and can be changed.")

    def act(self) -> str:
        if not unschedule_issue(self.object):
            self.refuse(_("The issue is not scheduled any more."))
        return _("The issue is a draft again.")


class AddressForm(forms.Form):
    address = forms.CharField(label=gettext_lazy("To"), max_length=254)


class SendTestView(FormView):
    page_title = gettext_lazy("Send a test")
    log_action = "onward_newsletter.test"
    button_label = gettext_lazy("Send the test")
    form_class = AddressForm
    permission = "onward_newsletter.change_issue"
    refusals = (Refused, IssueError, InvalidAddress)

    def question(self) -> str:
        return _("One mail, as the issue stands now. It counts nowhere.")

    def empty_form(self) -> forms.Form:
        return self.form_class(initial={"address": self.request.user.email})  # type: ignore[union-attr]

    def act(self) -> str:
        address = self.form.cleaned_data["address"] if self.form else ""
        if send_test(self.object, address) is None:
            self.refuse(_("This address takes no mail from here: it is on the list of suppressed ones."))
        return _("The test is on its way to %(address)s.") % {"address": address}


class PauseView(IssueView):
    page_title = gettext_lazy("Pause")
    log_action = "onward_newsletter.pause"
    button_label = gettext_lazy("Pause")

    def question(self) -> str:
        return _("Stop sending for now? What is under way this moment still leaves; the rest waits for you.")

    def act(self) -> str:
        pause_issue(self.object)
        return _("The issue is paused.")


class ResumeView(IssueView):
    page_title = gettext_lazy("Resume")
    log_action = "onward_newsletter.resume"
    button_label = gettext_lazy("Resume")

    def question(self) -> str:
        return _("Go on where it stopped? Only those who have not got the issue yet get it.")

    def act(self) -> str:
        resume_issue(self.object)
        return _("The issue goes on.")


class CancelView(IssueView):
    page_title = gettext_lazy("Cancel")
    log_action = "onward_newsletter.cancel"
    button_label = gettext_lazy("Cancel the rest")
    is_dangerous = True

    def question(self) -> str:
        return _("Cancel the issue for good? Those who have it keep it, the others never get it.")

    def act(self) -> str:
        cancel_issue(self.object)
        return _("The issue is cancelled.")


class InDoubtView(IssueView):
    """A decision about deliveries in doubt: those named ``delivery`` in the form, or all of this issue."""

    is_dangerous = True

    def chosen(self) -> QuerySet[Delivery]:
        """Return the deliveries decided about; numbers that are not this issue's, or not in doubt, count for nothing."""
        given = [
            pk
            for pk in self.request.POST.getlist("delivery") or self.request.GET.getlist("delivery")
            if pk.isdecimal()
        ]
        rows = Delivery.objects.filter(issue=self.object, state=SendingState.IN_DOUBT)
        return rows.filter(pk__in=given) if given else rows

    def number(self) -> str:
        return number_format(self.chosen().count(), force_grouping=True)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        hidden = [("delivery", pk) for pk in self.request.GET.getlist("delivery") if pk.isdecimal()]
        return super().get_context_data(hidden=hidden, **kwargs)


class ResendView(InDoubtView):
    page_title = gettext_lazy("Send again")
    log_action = "onward_newsletter.resend"

    @property
    def button_label(self) -> str:  # type: ignore[override]
        return _("Send %(number)s again") % {"number": self.number()}

    def question(self) -> str:
        return _(
            "%(number)s deliveries are in doubt. Sent again, those who got the first mail get it twice."
        ) % {"number": self.number()}

    def act(self) -> str:
        number = resend_in_doubt(list(self.chosen()))
        return ngettext(
            "%(number)d delivery is sent again.", "%(number)d deliveries are sent again.", number
        ) % {"number": number}


class SettleView(InDoubtView):
    page_title = gettext_lazy("Settle")
    log_action = "onward_newsletter.settle"
    is_dangerous = False

    @property
    def button_label(self) -> str:  # type: ignore[override]
        return _("Count %(number)s as submitted") % {"number": self.number()}

    def question(self) -> str:
        return _("Take it that these %(number)s were accepted? Nothing is sent.") % {"number": self.number()}

    def act(self) -> str:
        number = settle_in_doubt(list(self.chosen()))
        return ngettext(
            "%(number)d delivery counts as submitted.", "%(number)d deliveries count as submitted.", number
        ) % {"number": number}


VIEWS: dict[str, type[IssueView]] = {
    "schedule": ScheduleView,
    "unschedule": UnscheduleView,
    "test": SendTestView,
    "pause": PauseView,
    "resume": ResumeView,
    "cancel": CancelView,
    "resend": ResendView,
    "settle": SettleView,
}
