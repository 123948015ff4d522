"""What a new site needs before readers can answer, one step after the other."""

from dataclasses import dataclass

import swapper
from django.urls import reverse
from django.utils.translation import gettext as _

from onward_blog import mailing
from onward_blog.responses.aggregating import series_models
from onward_blog.responses.folding import article_models


@dataclass(frozen=True)
class FirstStep:
    """One step, and where it is taken."""

    text: str
    is_done: bool
    action: str
    address: str


def first_steps() -> list[FirstStep]:
    """Return the steps from an empty site to the first answer; three queries."""
    pages = swapper.load_model("wagtailcore", "Page").objects
    series = pages.type(*series_models()).first()
    tree = (
        reverse("wagtailadmin_explore", args=[series.pk]) if series else reverse("wagtailadmin_explore_root")
    )
    steps = [
        FirstStep(
            _("Create a series: what do you want to find out?"),
            series is not None,
            _("Go to the pages"),
            tree,
        ),
        FirstStep(
            _("Write its first part, ask your readers a question in it, and publish it."),
            pages.live().type(*article_models()).exists(),
            _("Go to the series") if series else _("Go to the pages"),
            tree,
        ),
    ]
    return [*_newsletter(), *steps, _shared()]


def _newsletter() -> list[FirstStep]:
    if not mailing.is_installed():
        return []
    text = _("Make a newsletter with a sender’s name and address, so that readers can follow.")
    return [
        FirstStep(
            text, mailing.can_mail(), _("Make a newsletter"), reverse("onward_newsletter_newsletters:add")
        )
    ]


def _shared() -> FirstStep:
    return FirstStep(_("Mail it or share it. What readers do shows up here within a minute."), False, "", "")
