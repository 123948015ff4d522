"""What can be wrong with a question; every message is a sentence for the person who reads it."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class QuestionError(Exception):
    """Nothing was done; ``sentence`` says why and what to do now."""

    sentence: str | Promise = _("Your question was not taken.")
    #: The HTTP status that goes with it.
    status = 400


class QuestionsClosed(QuestionError):
    sentence = _("This series takes no questions any more, so nothing was noted.")
    status = 403


class QuestionSettled(QuestionError):
    sentence = _("This question is not open any more, so your wish was not noted.")
    status = 409


class AddressRefused(QuestionError):
    """No mail can be sent to the address, so its owner cannot confirm it."""

    sentence = _("We cannot send mail to this address. Is it spelt right? You can also leave it empty.")


class LinkVoid(QuestionError):
    """The token is not ours, was changed on the way, or belongs to a question that is gone."""

    status = 410
    sentence = _("This link does not work. Perhaps it was cut off: copy the whole link from the mail.")


class NotAllowed(QuestionError):
    status = 403
    sentence = _("You may decide about questions on your own series only, so nothing was changed.")


class MoveNotAllowed(QuestionError):
    status = 409
    sentence = _("Somebody else has decided about this question already. It was left as it is.")


class PartNotOut(QuestionError):
    sentence = _("Choose a part of this series that is out: the reader is sent a link to it.")
