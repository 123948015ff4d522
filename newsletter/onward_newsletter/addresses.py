"""E-mail addresses: one spelling for each, a keyed hash, and nothing that a mail program could read differently."""

import hashlib
import hmac
import re

from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from .conf import get_settings


#: RFC 5321, 4.5.3.1; RFC 1035, 2.3.4.
MAX_ADDRESS, MAX_LOCAL_PART, MAX_LABEL = 254, 64, 63

LOCAL_PART = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")

#: Providers that ignore dots in the local part.
IGNORE_DOTS = frozenset({"gmail.com", "googlemail.com"})


class InvalidAddress(ValueError):
    """The text is no address that mail can be sent to safely; its message is for the reader."""


def normalise_address(address: str) -> str:
    """Return the one spelling of an address: trimmed, lower case, the domain in ASCII (IDNA).

    Raises InvalidAddress for what is no address, and for what mail software reads in different ways: quoted local
    parts, letters beyond ASCII before the @, address literals, host names without a dot, and domains whose IDNA form
    stands for another name.
    """
    local, at, domain = address.strip().lower().rpartition("@")
    if local.isalnum() and not local.isascii():
        raise InvalidAddress(
            _(
                "Before the @ stand letters that mail cannot be sent to. Only a to z, digits and signs can be there."
            )
        )
    if not at or not LOCAL_PART.fullmatch(local) or len(local) > MAX_LOCAL_PART:
        raise InvalidAddress(_("This is not an e-mail address. It should look like name@example.org."))
    normalised = f"{local}@{_ascii_domain(domain)}"
    if len(normalised) > MAX_ADDRESS:
        raise InvalidAddress(_("This e-mail address is too long."))
    return normalised


def _ascii_domain(domain: str) -> str:
    try:
        encoded = domain.encode("idna").decode("ascii").lower()
        # Python's codec knows IDNA 2003 only, which turns "faß.example" into somebody else's "fass.example".
        is_same_name = encoded == domain or encoded.encode("ascii").decode("idna") == domain
    except UnicodeError:
        is_same_name = False
    if not is_same_name or not _is_host_name(encoded):
        raise InvalidAddress(
            _("The part of this e-mail address after the @ is not a domain that takes mail.")
        )
    return encoded


def _is_host_name(domain: str) -> bool:
    labels = domain.split(".")
    return (
        len(labels) > 1
        and all(len(label) <= MAX_LABEL and LABEL.fullmatch(label) for label in labels)
        and not labels[-1].isdigit()
    )


def is_normalised(address: str) -> bool:
    """Return whether an address is spelt exactly as ``normalise_address`` would; rows can be older than its rules."""
    try:
        return normalise_address(address) == address
    except InvalidAddress:
        return False


def address_key(normalised: str) -> str:
    """Return the HMAC-SHA256 of a normalised address, in hexadecimal, for keeping instead of the address."""
    own_key = get_settings().ADDRESS_KEY
    if own_key:
        return hmac.new(own_key.encode(), normalised.encode(), hashlib.sha256).hexdigest()
    return salted_hmac(
        "onward_newsletter.address", normalised, secret=settings.SECRET_KEY, algorithm="sha256"
    ).hexdigest()


def canonical_for_limits(address: str) -> str:
    """Return what the mailbox is called whatever is added to it: no +tag, and no dots where they mean nothing.

    For counting only. Mail always goes to the address as it was given.
    """
    local, _at, domain = normalise_address(address).rpartition("@")
    local = local.partition("+")[0] or local
    if domain in IGNORE_DOTS:
        local = local.replace(".", "")
    return f"{local}@{domain}"


def half_hidden(address: str) -> str:
    """Return "a***@d***": enough for its owner to recognise, too little for anybody else."""
    local, _at, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain[:1]}***"
