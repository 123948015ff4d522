"""What may be unfair about the answers to a poll: shown with and without, decided by the author, undoable."""

from typing import Any

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy

from .screen import PollScreen


class FairnessView(PollScreen):
    """Every sign that answers may not be fair, and what was set aside."""

    page_title = gettext_lazy("Fairness")
    header_icon = "warning"
    template_name = "onward_polls/admin/fairness.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "flags": self.poll.fairness_flags.all()}


def flag_urls() -> list[URLPattern]:
    """Return the addresses of the screen, for the viewset."""
    return [path("fairness/<int:pk>/", FairnessView.as_view(), name="fairness")]
