"""A reader's own sentence, and the name it may carry: made safe to store, never changed in meaning."""

import re

from django.utils.translation import gettext as _

from .errors import BallotIncomplete
from .models import Ballot


MAX_WORDS = 2000
MAX_CREDIT = 100

#: Everything below the space except tab and line breaks, which PostgreSQL refuses or browsers mangle.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def clean_words(text: str) -> str:
    """Return the words without control characters and outer space, or raise BallotIncomplete."""
    words = CONTROL.sub("", text.replace("\r\n", "\n")).strip()
    if not words:
        raise BallotIncomplete(_("There was nothing to add: please write a sentence first."))
    if len(words) > MAX_WORDS:
        raise BallotIncomplete(
            _(
                "Your words are %(length)d characters long, and there is room for %(most)d. Please shorten them."
            )
            % {"length": len(words), "most": MAX_WORDS}
        )
    return words


def clean_credit(text: str, consent: str) -> str:
    """Keep as much of a name as the consent needs, or raise BallotIncomplete if it needs one."""
    if consent not in Ballot.Consent.values:
        raise BallotIncomplete(_("Please say whether you may be quoted."))
    if consent not in (Ballot.Consent.INITIALS, Ballot.Consent.NAME):
        return ""
    name = " ".join(CONTROL.sub("", text).split())[:MAX_CREDIT]
    if not name:
        raise BallotIncomplete(
            _("Please add the name you want to be quoted with, or choose another answer there.")
        )
    return name if consent == Ballot.Consent.NAME else initials(name)


def initials(name: str) -> str:
    """Return "T. O." for "Tess Okafor"."""
    return " ".join(f"{word[0].upper()}." for word in name.replace(".", " ").split() if word)[:MAX_CREDIT]
