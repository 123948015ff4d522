"""Mailchimp: the three files of an exported audience, for those subscribed, unsubscribed and cleaned."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from .base import Format, Standing


#: Mailchimp's word for "I never signed up" and "this is spam" among the reasons to leave.
SPAM = "SPAM"


def standing(cells: Mapping[str, str]) -> Standing:
    """Each file is about one standing, which its own columns tell; an empty cell in them changes nothing."""
    if "clean_time" in cells:
        return Standing.BOUNCED
    if "unsub_time" in cells:
        is_spam = cells.get("unsub_reason", "").strip().upper().startswith(SPAM)
        return Standing.COMPLAINED if is_spam else Standing.LEFT
    return Standing.ACTIVE


MAILCHIMP = Format(
    key="mailchimp",
    title="Mailchimp",
    marks=(
        frozenset({"email address", "leid", "euid"}),
        frozenset({"email address", "member_rating"}),
        frozenset({"email address", "optin_time"}),
        frozenset({"email address", "unsub_time"}),
        frozenset({"email address", "clean_time"}),
    ),
    columns={
        "address": ("email address",),
        "asked_at": ("optin_time", "confirm_time"),
        "confirmed_at": ("confirm_time", "optin_time"),
    },
    standing=standing,
    note=_("Import all three files, so that who unsubscribed or was cleaned there stays out here."),
)
