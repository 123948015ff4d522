"""The author's part of Wagtail's home."""

from collections.abc import Mapping
from typing import Any

from wagtail.admin.ui.components import Component

from .decisions import decisions_of
from .funnel import HEADINGS
from .news import news_line
from .summary import COLUMNS, look_at_desk


class DeskPanel(Component):
    """What needs a decision, and what readers did lately, article by article; the dashboard goes deeper."""

    name = "onward_desk"
    template_name = "onward_blog/desk/home_panel.html"
    order = 50

    class Media:
        css = {"all": ["onward_blog/desk.css"]}

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        request = (parent_context or {})["request"]
        desk = look_at_desk(request.user)
        return {
            "desk": desk,
            "decisions": decisions_of(desk),
            "news_line": news_line(desk.news.of(row.page.pk for row in desk.rows)),
            "headings": [HEADINGS[column] for column in COLUMNS],
            "request": request,
        }
