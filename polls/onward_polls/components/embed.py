"""What an author copies to show a poll on another site."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from laces.components import Component

from onward_polls.conf import polls_settings
from onward_polls.models import Poll


#: Pixels: the frame, the question, the button and the lines around them; each option, or the words; and the roles.
HEIGHT_AROUND, HEIGHT_OF_OPTION, HEIGHT_OF_WORDS, HEIGHT_OF_ROLES = 330, 68, 420, 96


@dataclass
class EmbedCode(Component):
    """The code of a frame with a poll, and where it works; says so where no other site may show polls."""

    poll: Poll

    template_name = "onward_polls/components/embed_code.html"

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        """Return the code and the origins that may use it."""
        return {
            "poll": self.poll,
            "origins": polls_settings().EMBED_ORIGINS,
            "code": embed_code_of(self.poll),
        }


def embed_code_of(poll: Poll) -> str:
    """Return the HTML of a frame that shows a poll, with an absolute address."""
    context = {
        "question": poll.question,
        "url": settings.WAGTAILADMIN_BASE_URL.rstrip("/") + reverse("onward_polls:embed", args=[poll.pk]),
        "height": _height(poll),
    }
    return render_to_string("onward_polls/components/embed_frame.html", context).strip()


def _height(poll: Poll) -> int:
    """Return a height in pixels at which nothing is cut off on a phone."""
    around = HEIGHT_AROUND + (HEIGHT_OF_ROLES if poll.role_list else 0)
    if poll.kind == Poll.Kind.WORDS:
        return around + HEIGHT_OF_WORDS
    offered = sum(option.retired_at is None for option in poll.options.all())
    return around + HEIGHT_OF_OPTION * offered
