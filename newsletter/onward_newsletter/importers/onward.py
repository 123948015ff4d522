"""Our own files, as ``export_subscribers`` and the button in the admin write them."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from .base import Format, Standing


#: The columns of our files, in their order.
COLUMNS = (
    "address",
    "state",
    "topic",
    "source",
    "consent_text",
    "consent_page",
    "requested_at",
    "confirmed_at",
    "ended_at",
    "reason",
)

STANDINGS = {"active": Standing.ACTIVE, "pending": Standing.PENDING}


def standing(cells: Mapping[str, str]) -> Standing:
    """Take the state; one that is not known lets nobody in."""
    return STANDINGS.get(cells.get("state", "").strip().lower(), Standing.ENDED)


ONWARD = Format(
    key="onward",
    title="Onward",
    marks=(frozenset({"address", "state", "consent_text", "requested_at", "ended_at"}),),
    columns={
        "asked_at": ("requested_at",),
        **{name: (name,) for name in COLUMNS if name not in {"state", "requested_at"}},
    },
    standing=standing,
    is_quoted=True,
    note=_("Suppressed addresses are in no export; keep them out by hand if this is a new site."),
)
