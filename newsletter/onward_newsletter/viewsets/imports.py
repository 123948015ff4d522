"""Imports of subscribers: a file, a look at what it would do, the start, and how far it is."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.log_actions import log

from onward_newsletter.actions import import_jobs
from onward_newsletter.actions.asking import asked_per_minute
from onward_newsletter.actions.import_jobs import ImportRefused
from onward_newsletter.actions.importing import Outcome
from onward_newsletter.importers import FORMATS, UnreadableFile
from onward_newsletter.models import SubscriberImport
from onward_newsletter.permissions import IMPORT

from .confirming import ConfirmView
from .import_forms import ChooseForm, UploadForm


State = SubscriberImport.State

#: What became of rows, in words for headings, in the order of the books.
OUTCOMES = {
    Outcome.ADDED: gettext_lazy("New"),
    Outcome.CONFIRMED: gettext_lazy("Were waiting, now active"),
    Outcome.KNOWN: gettext_lazy("Known"),
    Outcome.SUPPRESSED: gettext_lazy("Suppressed"),
    Outcome.UNSUBSCRIBED: gettext_lazy("Unsubscribed here"),
    Outcome.LEFT: gettext_lazy("Left elsewhere"),
    Outcome.REFUSED: gettext_lazy("Refused"),
}

#: Outcomes of rows that stayed out and stand in the report.
STAYED_OUT = (Outcome.SUPPRESSED, Outcome.UNSUBSCRIBED, Outcome.LEFT, Outcome.REFUSED)


def without_file() -> QuerySet[SubscriberImport]:
    """Return imports without their files and reports: those are large, and few screens need them."""
    return SubscriberImport.objects.select_related("newsletter", "topic").defer("content", "report")


def books_of(job: SubscriberImport) -> dict[str, Any]:
    """Return what the progress is drawn from: ``job``, ``books`` (pairs of heading and number) and ``is_moving``."""
    return {
        "job": job,
        "books": [
            (label, job.counts.get(outcome, 0))
            for outcome, label in OUTCOMES.items()
            if outcome == Outcome.ADDED or job.counts.get(outcome)
        ],
        "is_moving": job.state in import_jobs.MOVING,
    }


def rows_in_words(job: SubscriberImport) -> str:
    """Return for a cell how far an import is."""
    if job.state == State.DRAFT:
        sentence = _("%(total)d rows, not started") if job.is_checked else _("%(total)d rows, not checked")
        return sentence % {"total": job.total}
    if job.state == State.CHECKING:
        return _("%(done)d of %(total)d rows checked") % {"done": job.done, "total": job.total}
    return _("%(done)d of %(total)d rows, %(new)d new") % {
        "done": job.done,
        "total": job.total,
        "new": job.counts.get(Outcome.ADDED, 0),
    }


class ImportIndexView(generic.IndexView):
    def get_base_queryset(self) -> Any:
        return without_file()

    def _get_title_column(self, field_name: str, *args: Any, **kwargs: Any) -> Any:
        """Let the file's name lead to the import's screen; there is no form to change one."""
        column_class = self._get_title_column_class(TitleColumn)
        return self._get_custom_column(field_name, column_class, get_url=self.get_inspect_url)


class ImportCreateView(generic.CreateView):
    inspect_url_name = ""
    submit_button_label = gettext_lazy("Read the file")

    def get_success_buttons(self) -> list[Any]:
        """Offer no form: there is none to change an import."""
        return []

    def get_success_url(self) -> str:
        return reverse(self.inspect_url_name, args=[self.object.pk])

    def get_success_message(self, instance: SubscriberImport) -> str:
        return _("The file has been read. Nothing is imported yet: look at it first.")


class ImportScreen(generic.InspectView):
    template_name = "onward_newsletter/admin/import.html"
    page_title = gettext_lazy("Import")

    def get_object(self, queryset: Any = None) -> SubscriberImport:
        return get_object_or_404(without_file(), pk=self.pk)

    def url(self, name: str) -> str:
        return reverse(f"{self.request.resolver_match.namespace}:{name}", args=[self.object.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        job = self.object
        names = ("choose", "cancel", "progress", "report")
        context: dict[str, Any] = super().get_context_data(
            format=FORMATS[job.format],
            urls={name: self.url(name) for name in names},
            may_import=self.request.user.has_perm(IMPORT),
            stayed_out=sum(job.counts.get(outcome, 0) for outcome in STAYED_OUT),
            asked_per_minute=asked_per_minute(),
            **books_of(job),
            **(self.draft() if job.state == State.DRAFT else {}),
            **kwargs,
        )
        return context

    def draft(self) -> dict[str, Any]:
        form = ChooseForm(import_jobs.list_of(self.object).headings, self.object)
        try:
            rows = import_jobs.first_rows(self.object)
        except UnreadableFile as error:
            return {"form": form, "trouble": str(error)}
        return {"form": form, "rows": [(row, report, OUTCOMES[report.outcome]) for row, report in rows]}


class ImportView(View):
    """For the small views beside the screen, which need the permission and an import."""

    model: Any = None
    inspect_url_name = index_url_name = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(IMPORT):
            raise PermissionDenied
        self.job = get_object_or_404(without_file(), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def to_the_screen(self) -> HttpResponse:
        return redirect(reverse(self.inspect_url_name, args=[self.job.pk]))


class ChooseView(ImportView):
    """Take the editor's choices and check all rows with them, stop that, or start."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            if "stop" in request.POST:
                import_jobs.stop_check(self.job)
                return self.to_the_screen()
            form = ChooseForm(import_jobs.list_of(self.job).headings, self.job, request.POST)
            if form.is_valid():
                self.act(request, form.choices())
            else:
                messages.error(
                    request, " ".join(str(error) for errors in form.errors.values() for error in errors)
                )
        except (ImportRefused, UnreadableFile) as error:
            messages.error(request, str(error))
        return self.to_the_screen()

    def act(self, request: HttpRequest, choices: dict[str, Any]) -> None:
        starts = "start" in request.POST
        if not (starts and import_jobs.is_chosen(self.job, **choices)):
            import_jobs.choose(self.job, **choices)
        if self.job.state == State.CHECKING:
            if starts:
                sentence = _("You have chosen otherwise, so all rows are checked again. Look, then start.")
                messages.warning(request, sentence)
        elif starts:
            import_jobs.start_import(self.job)
            log(self.job, "onward_newsletter.import", user=request.user)
            messages.success(request, _("The import has started. It goes on without this page."))


class ProgressView(ImportView):
    """The books alone, for the screen's script."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return render(request, "onward_newsletter/admin/import_progress.html", books_of(self.job))


class ReportView(ImportView):
    """The rows that stayed out, as CSV: line, outcome, reason."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        response = HttpResponse(
            f"line,outcome,reason\r\n{self.job.report}", content_type="text/csv; charset=utf-8"
        )
        response["Content-Disposition"] = f'attachment; filename="import-{self.job.pk}.csv"'
        return response


class CancelView(ConfirmView):
    permission = IMPORT
    log_action = "onward_newsletter.cancel_import"
    button_label = gettext_lazy("Cancel the import")
    is_dangerous = True
    refusals = (ImportRefused,)

    def question(self) -> str:
        return _("Cancel this import? Rows that are in stay; the file is let go of.")

    def act(self) -> str:
        import_jobs.cancel_import(self.object)
        return _("The import has been cancelled.")


class ImportViewSet(ModelViewSet):
    model = SubscriberImport
    icon = "upload"
    menu_label = gettext_lazy("Imports")
    index_view_class = ImportIndexView
    add_view_class = ImportCreateView
    inspect_view_class = ImportScreen
    inspect_view_enabled = True
    inspect_template_name = "onward_newsletter/admin/import.html"
    inspect_view_fields_exclude = ["content", "report"]
    copy_view_enabled = False
    add_to_reference_index = False
    search_backend_name = None
    list_filter = ["state", "newsletter"]
    list_display = [
        "file_name",
        StatusTagColumn(
            "get_state_display", label=gettext_lazy("State"), primary=lambda row: row.state == State.DONE
        ),
        Column("into", label=gettext_lazy("Into"), accessor=lambda row: row.topic or row.newsletter),
        Column("rows", label=gettext_lazy("Rows"), accessor=rows_in_words),
        DateColumn("created_at", label=gettext_lazy("Made"), sort_key="created_at"),
    ]

    def get_edit_handler(self) -> None:
        """Use the form as it is; a file is no field of the model."""

    def get_form_class(self, for_update: bool = False) -> Any:
        return UploadForm

    def get_urlpatterns(self) -> list[URLPattern]:
        views = {"choose": ChooseView, "progress": ProgressView, "report": ReportView, "cancel": CancelView}
        urls = [
            path(f"{name}/<int:pk>/", self.construct_view(view), name=name) for name, view in views.items()
        ]
        return [*super().get_urlpatterns(), *urls]
