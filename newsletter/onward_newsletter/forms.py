"""The forms readers fill in."""

from typing import Any

from django import forms
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from .addresses import InvalidAddress, normalise_address
from .models import Newsletter, Topic


class SubscribeForm(forms.Form):
    """An address, and whether it is for this topic or for everything."""

    newsletter = forms.CharField(required=False, max_length=100)
    topic = forms.CharField(required=False, max_length=20)
    scope = forms.CharField(required=False, max_length=20)
    next = forms.CharField(required=False, max_length=500)
    #: A field nobody sees; only programs fill it in.
    website = forms.CharField(required=False)
    address = forms.CharField(required=False, max_length=1000)

    def __init__(self, of: Newsletter, data: Any = None) -> None:
        super().__init__(data)
        self.of = of

    def clean_address(self) -> str:
        return address_typed(self.cleaned_data["address"])

    def clean_topic(self) -> Topic | None:
        """Return the topic asked for; one that is unknown or ended gets a sentence, not a subscription to more."""
        typed = self.cleaned_data["topic"]
        if not typed or self.data.get("scope") == "everything":
            return None
        topic = self.of.topics.filter(pk=typed, ended_at=None).first() if typed.isdecimal() else None
        if topic is None:
            raise forms.ValidationError(
                _("This series can no longer be followed on its own. You can still subscribe to everything.")
            )
        return topic

    def clean_next(self) -> str:
        return safe_path(self.cleaned_data["next"])

    @property
    def was_filled_in_by_a_program(self) -> bool:
        return bool(self.data.get("website"))


class AddressForm(forms.Form):
    """The address to which a subscriber's mail is to go from now on."""

    address = forms.CharField(required=False, max_length=1000)

    def clean_address(self) -> str:
        return address_typed(self.cleaned_data["address"])


def address_typed(typed: str) -> str:
    """Return the one spelling of an address; raises ValidationError with a sentence for its reader."""
    if not typed.strip():
        raise forms.ValidationError(_("Please type your e-mail address."))
    try:
        return normalise_address(typed)
    except InvalidAddress as error:
        raise forms.ValidationError(str(error)) from error


def safe_path(path: str) -> str:
    """Return a path of this site, or "" for anything that leads elsewhere."""
    return path if path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None) else ""
