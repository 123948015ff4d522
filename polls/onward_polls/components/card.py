"""The card of one poll: the same in an article, as a fragment, and on a page of its own."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from laces.components import Component

from onward_polls.models import Ballot, Option, Poll
from onward_polls.readers import ReaderView
from onward_polls.tally import read_tally
from onward_polls.wording import how_many, life_line, what_happens

from .addresses import poll_urls
from .results import PollResults, earlier_tally


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


@dataclass(frozen=True)
class WordsDraft:
    """What a reader typed into the form for words, to be shown again."""

    words: str = ""
    consent: str = Ballot.Consent.NONE
    credit: str = ""
    address: str = ""


@dataclass
class PollCard(Component):
    """The card of one poll.

    Without ``reader`` it is the card every reader gets: no token, no cookie, numbers as of the last fold.
    With one it is that reader's own card, with the numbers of this moment.
    """

    poll: Poll
    reader: ReaderView | None = None
    csrf_token: str | None = None
    page_ref: int | None = None
    state: State | None = None
    #: uuids of the options marked in the form; None means those on the reader's ballot.
    chosen: Collection[UUID] | None = None
    #: A sentence about what went wrong with the last try.
    error: str = ""
    #: The path the reader came from and can go back to.
    next_path: str = ""
    heading: str = "h2"
    #: Whose mail this is answered from, half hidden, and where to post then.
    mail_hint: str = ""
    mail_path: str = ""
    #: Words as typed, when the form for them has to be shown again.
    draft: WordsDraft | None = None
    editing_words: bool = False
    #: A sentence about what the reader should do next.
    notice: str = ""

    template_name = "onward_polls/components/poll_card.html"

    class Media:
        css = {
            "all": ["onward_polls/polls.css", "onward_polls/poll-words.css", "onward_polls/poll-results.css"]
        }

    @property
    def view(self) -> ReaderView:
        return self.reader or ReaderView()

    @property
    def face(self) -> State:
        """The state asked for, or the one that follows from the poll and the reader."""
        if self.poll.archived_at:
            return State.UNAVAILABLE
        if self.poll.is_closed:
            return State.CLOSED
        if self.poll.is_waiting:
            return State.WAITING
        if self.state:
            return self.state
        if self.view.has_voted:
            return State.VOTED
        return State.WITHDRAWN if self.view.has_withdrawn else State.BALLOT

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        """Return everything the template shows."""
        face = self.face
        return {
            "card": self,
            "poll": self.poll,
            "state": face.value,
            "kick": kick(self.poll, face),
            "options": self.options() if face in ANSWERABLE else [],
            "control": "checkbox" if self.poll.kind == Poll.Kind.MULTIPLE else "radio",
            "how_many": how_many(self.poll),
            "action": self.mail_path or reverse("onward_polls:poll", args=[self.poll.pk]),
            "announcement": announcement(self.poll, face),
            "what_happens": what_happens(self.poll),
            "results": self.results(face),
            "change_text": self.change_text(face),
            "answers": [option.text for option in self.poll.options.all() if option.uuid in self.view.chosen],
            "words": self.words(face),
            "urls": poll_urls(self.poll, page_ref=self.page_ref, next_path=self.next_path),
        }

    def options(self) -> list[tuple[Option, bool]]:
        """Return the options on offer, each with whether it is marked."""
        chosen = self.view.chosen if self.chosen is None else self.chosen
        offered = (option for option in self.poll.options.all() if option.retired_at is None)
        return [(option, option.uuid in chosen) for option in offered]

    def results(self, face: State) -> "PollResults | None":
        """Return the results if this reader may see them on this face of the card."""
        if face in (State.UNAVAILABLE, State.WAITING, State.CONFIRM, State.CHANGE):
            return None
        if not self.poll.shows_results(voted=self.view.has_voted):
            return None
        live = self.reader is not None
        earlier = earlier_tally(self.poll, answered=self.view.answered_before, live=live)
        urls = poll_urls(self.poll, page_ref=self.page_ref, next_path=self.next_path)
        return PollResults(
            read_tally(self.poll, live=live).marked(self.view.chosen),
            earlier,
            change_text := self.change_text(face),
            urls["change"] if change_text else "",
        )

    def change_text(self, face: State) -> str:
        """Return what the link to change an answer says, or nothing where there is none to change."""
        if face != State.VOTED or self.poll.kind == Poll.Kind.WORDS:
            return ""
        return _("Change my answer") if self.poll.allow_change else _("Take my answer back")

    def words(self, face: State) -> dict[str, Any] | None:
        """Return what the part for words shows: a form, thanks for what was written, or nothing."""
        ballot = self.view.ballot if self.view.has_voted else None
        only_words = self.poll.kind == Poll.Kind.WORDS
        asks = face == State.VOTED and self.poll.ask_words
        if only_words:
            asks = asks or face in ANSWERABLE
        written = ballot.words if ballot else ""
        if not written and not asks:
            return None
        reopened = self.draft is not None or self.editing_words or face in (State.CHANGE, State.CONFIRM)
        show_form = asks and (not written or reopened)
        return {
            "form": show_form,
            "prompt": self.poll.words_prompt
            or (_("Your answer") if only_words else _("What do you do instead?")),
            "draft": self.draft or draft_of(ballot),
            "consents": Ballot.Consent.choices,
            "consent_label": Ballot.Consent(ballot.consent).label if ballot else "",
            "quotable": bool(written) and ballot is not None and ballot.consent != Ballot.Consent.NONE,
            "follow_up": getattr(ballot, "follow_up", None) if ballot else None,
            "written": written,
        }


def draft_of(ballot: Ballot | None) -> WordsDraft:
    """Return what a ballot already says, as the form shows it."""
    if ballot is None:
        return WordsDraft()
    follow_up = getattr(ballot, "follow_up", None)
    return WordsDraft(ballot.words, ballot.consent, ballot.credit, follow_up.address if follow_up else "")


def kick(poll: Poll, face: State) -> str:
    """Return the small line above the question."""
    special = {
        State.CONFIRM: _("One more press, so that we know it was you"),
        State.CHANGE: _("Change your answer"),
        State.WITHDRAWN: _("You took your answer back"),
    }
    return special.get(face) or life_line(poll) or _("A question to you")


def announcement(poll: Poll, face: State) -> str:
    """Return what a screen reader says when a card has changed to this face."""
    return {
        State.VOTED: _("Your answer is counted."),
        State.WITHDRAWN: _("Your answer was taken back."),
        State.CONFIRM: _("Please press the button once more."),
        State.CLOSED: _("This poll is closed."),
    }.get(face, "")
