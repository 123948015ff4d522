"""Wagtail's own view for copying pages, with one question more."""

from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpResponse
from wagtail.admin.views.pages.copy import CopyView

from .forms import asking_about_polls


class CopyPageWithPollsView(CopyView):
    """Copy a page, or a page with those below it, that show polls."""

    template_name = "onward_blog/copying/copy.html"
    #: The wordings of the polls on these pages.
    questions: list[str] = []

    def get_form_class(self) -> type[forms.Form]:
        """Ask in the form that the page's own type gives."""
        return asking_about_polls(super().get_form_class(), self.questions)

    def form_valid(self, form: Any) -> HttpResponse:
        """Copy the pages and their polls, or nothing: no copy is ever seen with somebody else's answers."""
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)
        return response
