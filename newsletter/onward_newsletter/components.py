"""What other apps and templates place in a page."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.urls import reverse
from laces.components import Component

from . import proof
from .consent import consent_sentence
from .models import Newsletter, Topic


class SubscribeBox(Component):
    """The box with which a reader asks for a newsletter, or for one topic of it.

    It holds no token and nothing of the reader, so the page around it can be cached for everybody.
    ``page`` is where the box stands: its address becomes part of the consent record, and the reader is led back
    to it. ``refused`` is a bound form: what was typed is kept, and the sentences that say what is wrong are shown.
    """

    template_name = "onward_newsletter/components/subscribe_box.html"

    def __init__(
        self,
        newsletter: Newsletter,
        *,
        topic: Topic | None = None,
        page: Any = None,
        refused: forms.Form | None = None,
        heading: str = "",
    ) -> None:
        self.newsletter, self.page, self.refused, self.heading = newsletter, page, refused, heading
        self.topic = topic if topic and topic.ended_at is None else None

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return {
            "newsletter": self.newsletter,
            "topic": self.topic,
            "heading": self.heading,
            "typed": self.refused.data if self.refused else {},
            "next": self.refused.data.get("next", "") if self.refused else self.page_path(),
            "errors": self.sentences(),
            "consent": consent_sentence(),
            "action": reverse("onward_newsletter:subscribe"),
            "proof": reverse("onward_newsletter:proof") if proof.is_asked() else "",
            "key": f"{self.newsletter.pk}-{self.topic.pk if self.topic else 'all'}",
        }

    def sentences(self) -> list[str]:
        """Return what is wrong with the refused form, one sentence each."""
        return (
            [str(message) for messages in self.refused.errors.values() for message in messages]
            if self.refused
            else []
        )

    def page_path(self) -> str:
        """Return the path of the page the box stands on, the same for every reader; "" without a page."""
        return (self.page.relative_url(None) or "") if self.page is not None and self.page.pk else ""

    @property
    def media(self) -> forms.Media:
        """The style sheet; the script is named by the box itself, and loaded once however many there are."""
        return forms.Media(css={"all": ["onward_newsletter/newsletter.css"]})
