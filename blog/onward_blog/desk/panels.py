"""The author's part of Wagtail's home."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.components import Component

from .summary import look_at_desk


HEADINGS = {
    "answers": _("Answers"),
    "words": _("Sentences"),
    "comments": _("Readers’ comments"),
    "shares": _("Shares"),
    "arrivals": _("Arrivals"),
}


class DeskPanel(Component):
    """What readers did since yesterday, article by article, and what needs a decision."""

    name = "onward_desk"
    template_name = "onward_blog/desk/home_panel.html"
    order = 50

    class Media:
        css = {"all": ["onward_blog/desk.css"]}

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        request = (parent_context or {})["request"]
        return {
            "desk": look_at_desk(request.user),
            "headings": list(HEADINGS.values()),
            "request": request,
        }
