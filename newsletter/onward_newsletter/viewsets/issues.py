"""Issues: the list with their books, the form for a draft, and the screen from which one is sent."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from onward_newsletter import results
from onward_newsletter.models import Issue, Newsletter, SendingState
from onward_newsletter.models.sending import OPEN_STATES

from . import first_minutes, issue_actions, issue_lists, issue_parts
from .issue_screen import IssueScreen
from .link_check import LinkCheckView
from .one_line import OneLineForm


State = Issue.State


def books_in_words(issue: Any) -> str:
    """Return an issue's books for a cell, which add up. ``books`` is {state: deliveries}."""
    books: Mapping[str, int] = issue.books
    rows = sum(books.values())
    if not rows:
        return "—"
    submitted = books.get(SendingState.SUBMITTED, 0)
    parts = [_("%(done)s of %(all)s submitted") % _numbers(done=submitted, all=rows)]
    if failed := books.get(SendingState.FAILED):
        parts.append(_("%(number)s failed") % _numbers(number=failed))
    if skipped := books.get(SendingState.SKIPPED):
        parts.append(_("%(number)s skipped") % _numbers(number=skipped))
    if in_doubt := books.get(SendingState.IN_DOUBT):
        parts.append(_("%(number)s in doubt") % _numbers(number=in_doubt))
    if still_open := sum(books.get(state, 0) for state in OPEN_STATES):
        parts.append(_("%(number)s open") % _numbers(number=still_open))
    return " · ".join(parts)


def _numbers(**numbers: int) -> dict[str, str]:
    return {name: number_format(number, force_grouping=True) for name, number in numbers.items()}


class IssueIndexView(generic.IndexView):
    def get_base_queryset(self) -> QuerySet[Issue]:
        # The frozen mail is large, and stands on the issue's own screen.
        issues = super().get_base_queryset().select_related("newsletter", "topic")
        return issues.defer("html", "text")  # type: ignore[no-any-return]

    def get_table(self, object_list: Iterable[Any]) -> Any:
        """Count the books of the issues on this page, all at once and as they are now."""
        issues = list(object_list)
        books = results.deliveries_by_state(issues)
        for issue in issues:
            issue.books = books.get(issue.pk, {})
        return super().get_table(issues)

    def get_edit_url(self, instance: Issue) -> str | None:
        return super().get_edit_url(instance) if instance.state == State.DRAFT else None

    def get_delete_url(self, instance: Issue) -> str | None:
        return super().get_delete_url(instance) if instance.state == State.DRAFT else None

    def _get_title_column(self, field_name: str, *args: Any, **kwargs: Any) -> Any:
        """Let the subject lead to the issue's screen, where all is at hand, rather than to its form."""
        column_class = self._get_title_column_class(TitleColumn)
        return self._get_custom_column(field_name, column_class, get_url=self.get_inspect_url)


class DraftsOnly:
    """For the generic form and deletion: what has been scheduled or sent is not changed by them any more."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        issue = Issue.objects.filter(pk=kwargs["pk"]).first()
        if issue is None or issue.state == State.DRAFT:
            return super().dispatch(request, *args, **kwargs)  # type: ignore[misc,no-any-return]
        messages.warning(
            request,
            _("This issue is %(state)s, so it can no longer be changed.")
            % {"state": issue.get_state_display()},
        )
        return redirect(reverse(self.inspect_url_name, args=[issue.pk]))  # type: ignore[attr-defined]


class IssueCreateView(generic.CreateView):
    inspect_url_name = ""

    def save_instance(self) -> Issue:
        self.form.instance.created_by = self.request.user
        return super().save_instance()  # type: ignore[no-any-return]

    def get_success_url(self) -> str:
        return reverse(self.inspect_url_name, args=[self.object.pk])


class IssueEditView(DraftsOnly, generic.EditView):
    def get_success_url(self) -> str:
        return reverse(self.inspect_url_name, args=[self.object.pk])


class IssueDeleteView(DraftsOnly, generic.DeleteView):
    inspect_url_name = ""


class IssueForm(OneLineForm):
    """Of an issue that is made from no article, nothing is asked that is about the article."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        newsletters = list(Newsletter.objects.all()[:2])
        if len(newsletters) == 1:
            self.fields["newsletter"].initial = newsletters[0]
        if self.instance.page_id is None:
            self.fields.pop("format", None)
            self.fields["intro"].label = _("Text")
            self.fields["intro"].help_text = _(
                "Plain text. An empty line begins a new paragraph; a web address becomes a link."
            )
            self.fields["outro"].label = _("After the text")


class IssueViewSet(ModelViewSet):
    model = Issue
    icon = "mail"
    menu_label = gettext_lazy("Issues")
    index_view_class = IssueIndexView
    add_view_class = IssueCreateView
    edit_view_class = IssueEditView
    delete_view_class = IssueDeleteView
    inspect_view_class = IssueScreen
    inspect_view_enabled = True
    inspect_template_name = "onward_newsletter/admin/issue.html"
    copy_view_enabled = False
    search_fields = ["subject"]
    search_backend_name = None
    list_filter = ["state", "newsletter", "topic"]
    list_display = [
        "subject",
        StatusTagColumn(
            "get_state_display", label=gettext_lazy("State"), primary=lambda row: row.state == State.SUBMITTED
        ),
        Column("audience", label=gettext_lazy("For"), accessor=lambda row: row.topic or row.newsletter),
        Column("books", label=gettext_lazy("Books"), accessor=books_in_words),
        DateColumn("created_at", label=gettext_lazy("Made"), sort_key="created_at"),
    ]
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [FieldRowPanel([FieldPanel("newsletter"), FieldPanel("topic")])],
                heading=gettext_lazy("For whom"),
            ),
            FieldPanel("subject"),
            FieldPanel("preview_text"),
            FieldPanel("intro"),
            FieldPanel("format"),
            FieldPanel("outro"),
            FieldPanel("small_first"),
        ],
        base_form_class=IssueForm,
    )

    def get_urlpatterns(self) -> list[URLPattern]:
        views: dict[str, Any] = {**issue_actions.VIEWS, **first_minutes.VIEWS}
        views |= {**issue_parts.VIEWS, **issue_lists.VIEWS, "links": LinkCheckView}
        urls = [
            path(f"{name}/<int:pk>/", self.construct_view(view), name=name) for name, view in views.items()
        ]
        return [*super().get_urlpatterns(), *urls]
