"""Which face a poll card shows, and what it says there: above the question, and to a screen reader."""

from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from onward_polls.errors import day
from onward_polls.models import Ballot, Poll
from onward_polls.readers import ReaderView
from onward_polls.tally import PollTally
from onward_polls.wording import life_line


class State(StrEnum):
    """Which face a poll card shows. A closed poll may also show what this reader answered."""

    BALLOT = "ballot"
    CONFIRM = "confirm"
    VOTED = "voted"
    CHANGE = "change"
    WITHDRAWN = "withdrawn"
    WAITING = "waiting"
    CLOSED = "closed"
    UNAVAILABLE = "unavailable"


#: The faces that hold a form to answer with.
ANSWERABLE = (State.BALLOT, State.CONFIRM, State.CHANGE, State.WITHDRAWN)


def face_of(poll: Poll, view: ReaderView, asked_for: State | None) -> State:
    """Return the face asked for, or the one that follows from the poll and the reader."""
    if poll.archived_at:
        return State.UNAVAILABLE
    if poll.is_closed:
        return State.CLOSED
    if poll.is_waiting:
        return State.WAITING
    if asked_for:
        return asked_for
    if view.has_voted:
        return State.VOTED
    return State.WITHDRAWN if view.has_withdrawn else State.BALLOT


def kick(poll: Poll, view: ReaderView, face: State) -> str:
    """Return the small line above the question."""
    special = {
        State.CONFIRM: _("One more press, so that we know it was you"),
        State.CHANGE: _("Change your answer"),
        State.WITHDRAWN: _("You took your answer back"),
    }
    if face == State.VOTED:
        return " · ".join(filter(None, [_own(poll, view), life_line(poll)]))
    if face == State.BALLOT and poll.reopened_at:
        again = _("Opened again on %(date)s") % {"date": day(poll.reopened_at)}
        return " · ".join(filter(None, [again, life_line(poll)]))
    return special.get(face) or life_line(poll) or _("A question to you")


def _own(poll: Poll, view: ReaderView) -> str:
    """Return what became of this reader's answer, in three or four words."""
    if why_aside(view):
        return _("Your answer waits")
    return _("Your words are in") if poll.kind == Poll.Kind.WORDS else _("Your vote is in")


def elsewhere(view: ReaderView, face: State) -> str:
    """Return why the card does not show what the reader chose or wrote, or nothing where it does."""
    if face not in (State.VOTED, State.CLOSED) or not view.has_voted:
        return ""
    if view.answered_elsewhere:
        return _(
            "You are known to have answered this elsewhere: in another browser, from a mail, or signed in. "
            "That answer counts, and what it says is shown only there."
        )
    return (
        _("What you wrote elsewhere stays with this answer, and is shown only there.")
        if view.wrote_elsewhere
        else ""
    )


def why_aside(view: ReaderView) -> str:
    """Return why this reader's answer is not counted for now, or nothing where it is."""
    ballot = view.ballot
    if ballot is None or not ballot.stands or ballot.excluded_at is None:
        return ""
    if ballot.exclusion == Ballot.Exclusion.NETWORK:
        return _(
            "Many answers came from your network at once. Yours is kept, and waits until the author has looked."
        )
    return _("The author has set your answer aside. It is kept, and it is not in the count.")


def settled(poll: Poll, face: State) -> str:
    """Return why a face that mostly holds a form holds none: an answer that cannot be changed."""
    if poll.kind == Poll.Kind.WORDS:
        return ""
    if face == State.WITHDRAWN:
        return _("This question is answered once only, so you cannot answer it again.")
    if face in ANSWERABLE:
        return _("An answer to this question cannot be changed. You can only take it back.")
    return ""


def announcement(poll: Poll, view: ReaderView, face: State, tally: PollTally | None) -> str:
    """Return what a screen reader says when a card has changed to this face.

    ``tally`` is what this reader may see, with the own lines marked, or None.
    """
    if face == State.VOTED:
        return why_aside(view) or f"{_what_became(poll, view)} {outcome(tally)}".strip()
    return {
        State.WITHDRAWN: _("Your answer was taken back."),
        State.CONFIRM: _("Please press the button once more."),
        State.CLOSED: _("This poll is closed."),
    }.get(face, "")


def _what_became(poll: Poll, view: ReaderView) -> str:
    if poll.kind == Poll.Kind.WORDS:
        return _("Your words are in.")
    changed = view.ballot is not None and view.ballot.changed_at is not None
    return _("Your answer is changed.") if changed else _("Your answer is counted.")


def outcome(tally: PollTally | None) -> str:
    """Return how many chose the same, as one hears it; nothing where the tally is hidden."""
    mine = [line for line in tally.lines if line.mine] if tally else []
    if tally is None or not mine or not tally.n:
        return ""
    if tally.n == 1:
        return _("You are the first to answer.")
    if len(mine) == 1:
        same = ngettext("%(count)s of %(n)s chose this.", "%(count)s of %(n)s chose the same.", mine[0].count)
        return same % {"count": f"{mine[0].count:,}", "n": f"{tally.n:,}"}
    each = _("“%(text)s”: %(count)s of %(n)s.")
    return " ".join(
        each % {"text": line.text, "count": f"{line.count:,}", "n": f"{tally.n:,}"} for line in mine
    )
