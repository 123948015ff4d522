"""Any other list: a column of addresses, and perhaps what its owners agreed to."""

from django.utils.translation import gettext_lazy as _

from .base import Format


PLAIN = Format(
    key="plain",
    title=_("another program, or made by hand"),
    columns={
        "address": ("email", "e-mail", "email address", "e-mail address", "address", "subscriber", "mail"),
        "asked_at": ("subscribed at", "subscribed_at", "signed up", "created_at", "date"),
        "confirmed_at": ("confirmed_at", "confirmed at"),
        "consent_text": ("consent", "consent_text"),
        "consent_page": ("consent_page",),
    },
)
