"""listmonk: the CSV of Subscribers, Export."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from .base import Format, Standing


STANDINGS = {"enabled": Standing.ACTIVE, "disabled": Standing.LEFT, "blocklisted": Standing.BLOCKED}


def standing(cells: Mapping[str, str]) -> Standing:
    """Take the status; one that is not known lets nobody in."""
    return STANDINGS.get(cells.get("status", "").strip().lower(), Standing.LEFT)


LISTMONK = Format(
    key="listmonk",
    title="listmonk",
    marks=(frozenset({"uuid", "email", "attributes", "status"}),),
    columns={"address": ("email",), "asked_at": ("created_at",)},
    standing=standing,
    note=_("The file does not say who left a single list; export that list alone."),
)
