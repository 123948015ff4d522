"""Substack: ``email_list.<publication>.csv`` of Settings, Exports."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from .base import Format, Standing, is_true


def standing(cells: Mapping[str, str]) -> Standing:
    """Who switched mail off has left; ``active_subscription`` is about money and says nothing here."""
    return Standing.LEFT if is_true(cells.get("email_disabled", "")) else Standing.ACTIVE


SUBSTACK = Format(
    key="substack",
    title="Substack",
    marks=(frozenset({"email", "active_subscription", "email_disabled"}),),
    columns={"address": ("email",), "asked_at": ("created_at",)},
    standing=standing,
    note=_("Who pays and until when is not taken over."),
)
