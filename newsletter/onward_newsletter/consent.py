"""The sentence a reader agrees to; what stands under the box is what is kept, word for word."""

from django.utils.translation import gettext as _


def consent_sentence() -> str:
    """Return the sentence under the subscribe box."""
    return _(
        "We write once to make sure it is you. Every mail has a link to leave, and leaving takes one click."
    )
