"""What can be wrong with a ballot, each as a sentence for the reader."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from .models import Poll


_with_years: ContextVar[bool] = ContextVar("onward_polls_with_years", default=False)


class PollError(Exception):
    """A ballot was refused; ``str(error)`` tells the reader why, ``status`` is the HTTP status for it.

    ``way_on`` is the path of a page where the reader can go on; empty if there is none.
    """

    status = 400
    way_on = ""


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


class RoleUnknown(PollError):
    def __init__(self) -> None:
        super().__init__(
            _(
                "The role you chose is not, or no longer, among those of this poll, so nothing was counted. "
                "Please choose again."
            )
        )


class ChangeNotAllowed(PollError):
    status = 409

    def __init__(self) -> None:
        super().__init__(_("You have already answered, and answers to this poll cannot be changed."))


class EditRefused(PollError):
    """What an author asked for would lose or reinterpret answers, or cannot be; the text says what to do."""

    status = 409


class AnswerTakenBack(PollError):
    """The ballot was withdrawn between opening a form and sending it."""

    status = 409

    def __init__(self) -> None:
        super().__init__(
            _(
                "You have taken your answer back, so nothing was added to it. Please answer the question again first."
            )
        )


class SignInFirst(PollError):
    """The browser is known as that of an account, and nobody is signed in."""

    status = 409

    def __init__(self) -> None:
        super().__init__(
            _(
                "Somebody who was signed in has answered this in this browser. Please sign in to change that answer, "
                "or open “My answers” to make this browser a new reader."
            )
        )


class NotYourAnswer(PollError):
    """A ballot that neither this browser nor whoever is signed in has cast."""

    status = 404

    def __init__(self) -> None:
        super().__init__(
            _("This browser holds no such answer. It may have been deleted, or given in another browser.")
        )


class WrittenElsewhere(PollError):
    """Words, or an address, that were added to the ballot in another browser."""

    status = 409

    def __init__(self) -> None:
        super().__init__(
            _(
                "Words were added to this answer in another browser. For your privacy they can be changed only there."
            )
        )


def day(moment: datetime) -> str:
    """Return the day as readers write it, with the year only when it is not this one, or ``with_years``."""
    local = timezone.localtime(moment)
    short = local.year == timezone.localtime().year and not _with_years.get()
    return date_format(local, "j F" if short else "j F Y")


@contextmanager
def with_years() -> Iterator[None]:
    """Let every day say its year: for sentences that are kept, and read in another year."""
    token = _with_years.set(True)
    try:
        yield
    finally:
        _with_years.reset(token)


class ThemeNameUnusable(PollError):
    """A theme without a name, or with one that is too long."""


class ThemeNameTaken(PollError):
    status = 409

    def __init__(self, name: str) -> None:
        super().__init__(
            _("There is a theme called “%(name)s” already. Please choose another name, or merge the two.")
            % {"name": name}
        )


class ThemeGone(PollError):
    """A theme that was deleted or merged while another window still showed it."""

    status = 409

    def __init__(self) -> None:
        super().__init__(
            _("This theme was deleted or merged in another window. Please load the board again.")
        )


class WordsGone(PollError):
    """Words that their reader took back, or whose reader was erased, while an author was looking at them."""

    status = 410

    def __init__(self) -> None:
        super().__init__(_("The reader has taken this sentence back. It is no longer on the board."))


class CannotAsk(PollError):
    """There is nothing to ask for, or nobody who can be asked."""

    status = 409


class CannotSuggest(PollError):
    """Themes cannot be proposed: too few sentences, or the program for it is not installed."""

    status = 409


class ProposalGone(PollError):
    """A proposed theme that was accepted, dropped or merged while another window still showed it."""

    status = 409

    def __init__(self) -> None:
        super().__init__(
            _(
                "This proposal was accepted, dropped or replaced in another window. Here is what is left of it."
            )
        )
