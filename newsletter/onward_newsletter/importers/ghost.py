"""Ghost: the members' CSV of Members, Export."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from .base import Format, Standing, is_true


def standing(cells: Mapping[str, str]) -> Standing:
    """Say who left: a member without mail is no subscriber, and neither is a deleted one."""
    if cells.get("deleted_at", "").strip() or not is_true(cells.get("subscribed_to_emails", "")):
        return Standing.LEFT
    return Standing.ACTIVE


GHOST = Format(
    key="ghost",
    title="Ghost",
    marks=(frozenset({"email", "subscribed_to_emails", "complimentary_plan"}),),
    columns={"address": ("email",), "asked_at": ("created_at",)},
    standing=standing,
    note=_("Names, labels, tiers and payments are not taken over."),
)
