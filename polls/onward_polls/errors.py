"""What can be wrong with a ballot, each as a sentence for the reader."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from .models import Poll


class PollError(Exception):
    """A ballot was refused; ``str(error)`` tells the reader why, ``status`` is the HTTP status for it."""

    status = 400


class PollClosed(PollError):
    """The poll takes no ballots any more."""

    status = 409
    sentence = _lazy("This poll closed on %(date)s, so your vote was not counted.")

    def __init__(self, poll: Poll) -> None:
        closed_at = poll.closes_at or poll.archived_at or timezone.now()
        super().__init__(self.sentence % {"date": day(closed_at)})


class WordsTooLate(PollClosed):
    sentence = _lazy("This poll closed on %(date)s, so your words were not added.")


class WithdrawalTooLate(PollClosed):
    sentence = _lazy(
        "This poll closed on %(date)s and its result stands, so your answer was not taken back. "
        "You can still say that your words must not be quoted."
    )


class PollNotOpen(PollError):
    status = 409

    def __init__(self, poll: Poll) -> None:
        super().__init__(
            _("This poll opens on %(date)s, so your vote was not counted yet. Please come back then.")
            % {"date": day(poll.opens_at or timezone.now())}
        )


class BallotIncomplete(PollError):
    """Too few or too many options, or no words where words are the answer."""


class AddressUnusable(PollError):
    def __init__(self) -> None:
        super().__init__(
            _(
                "That does not look like an e-mail address, so nobody could be told. Please check it, or leave it out."
            )
        )


class UnknownOption(PollError):
    def __init__(self) -> None:
        super().__init__(
            _(
                "That answer is not, or no longer, offered in this poll, so nothing was counted. Please choose again."
            )
        )


class ChangeNotAllowed(PollError):
    status = 409

    def __init__(self) -> None:
        super().__init__(_("You have already answered, and answers to this poll cannot be changed."))


def day(moment: datetime) -> str:
    """Return the day as readers write it, with the year only when it is not this one."""
    local = timezone.localtime(moment)
    return date_format(local, "j F" if local.year == timezone.localtime().year else "j F Y")
