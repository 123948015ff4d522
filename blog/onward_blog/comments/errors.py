"""What can be wrong with a comment; every message is a sentence for the person who wrote it."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class CommentError(Exception):
    """The comment was not taken; ``sentence`` says why and what to do now."""

    sentence: str | Promise = _("Your comment was not taken.")
    #: The HTTP status that goes with it.
    status = 400


class CommentsClosed(CommentError):
    sentence = _("Comments on this article are closed, so yours was not published.")
    status = 403


class AddressRefused(CommentError):
    """No mail can be sent to the address, so its owner cannot confirm."""

    sentence = _(
        "We cannot send mail to this address, so you could not confirm your comment. Is it spelt right?"
    )


class UnknownParent(CommentError):
    sentence = _(
        "The comment you are answering is no longer there. Your text is kept: send it as a comment of its own."
    )


class ConfirmationVoid(CommentError):
    """The token is not ours, was changed on the way, or belongs to a comment that is gone."""

    status = 410

    sentence = _("This link does not work. Perhaps it was cut off: copy the whole link from the mail.")


class ConfirmationExpired(CommentError):
    status = 410
    sentence = _(
        "This link was good for 48 hours, and they are over. Your comment was not published: please write it again."
    )


class CommentRemoved(CommentError):
    status = 410
    sentence = _("This comment has been removed, so it cannot be confirmed any more.")


class MoveNotAllowed(CommentError):
    """A comment cannot go from where it is to where the moderator wanted it."""

    sentence = _("This comment cannot be changed that way: its writer has not confirmed it yet.")
