"""The card of one poll: the same in an article, as a fragment, and on a page of its own."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from laces.components import Component

from onward_polls.models import Ballot, Poll
from onward_polls.readers import ReaderView
from onward_polls.tally import read_tally
from onward_polls.wording import what_happens

from .addresses import poll_urls
from .ballot_form import BallotDraft, BallotForm
from .faces import ANSWERABLE, State, announcement, elsewhere, face_of, kick, settled, why_aside
from .results import PollResults, earlier_tally


@dataclass(frozen=True)
class WordsDraft:
    """What a reader typed into the form for words, to be shown again."""

    words: str = ""
    consent: str = Ballot.Consent.NONE
    credit: str = ""
    address: str = ""
    #: Asked here only where words are the answer.
    role: str = ""


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
    #: What stands beside the "other" option, and the role; None means what is on the reader's ballot.
    other: str | None = None
    role: str | None = None
    #: A sentence about what went wrong with the last try.
    error: str = ""
    #: The path the reader came from and can go back to.
    next_path: str = ""
    heading: str = "h2"
    #: Whose mail this is answered from, half hidden, and where to post then.
    mail_hint: str = ""
    mail_path: str = ""
    #: Whether it stands in a frame on another site, where its forms open our own page in a new tab.
    embedded: bool = False
    #: Whether the answer was begun in such a frame.
    from_embed: bool = False
    #: Words as typed, when the form for them has to be shown again.
    draft: WordsDraft | None = None
    editing_words: bool = False
    #: A sentence about what the reader should do next.
    notice: str = ""
    #: What a screen reader says when a script shows this card; empty means what the face says.
    said: str = ""

    template_name = "onward_polls/components/poll_card.html"

    class Media:
        css = {
            "all": ["onward_polls/polls.css", "onward_polls/poll-ballot.css", "onward_polls/poll-results.css"]
        }

    @property
    def view(self) -> ReaderView:
        return self.reader or ReaderView()

    @property
    def face(self) -> State:
        """The state asked for, or the one that follows from the poll and the reader."""
        return face_of(self.poll, self.view, self.state)

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        """Return everything the template shows."""
        face = self.face
        form = self.form(face)
        results = self.results(face)
        return {
            "card": self,
            "poll": self.poll,
            "state": face.value,
            "kick": kick(self.poll, self.view, face),
            "notice": self.notice or (form.notice if form else "") or elsewhere(self.view, face),
            "aside": why_aside(self.view) if face in (State.VOTED, State.CLOSED) else "",
            "form": form,
            "settled": "" if form else settled(self.poll, face),
            "action": self.mail_path or reverse("onward_polls:poll", args=[self.poll.pk]),
            "announcement": self.said
            or announcement(self.poll, self.view, face, results.tally if results else None),
            "what_happens": what_happens(self.poll),
            "results": results,
            "change_text": self.change_text(face),
            "answers": self.answers(),
            "words": self.words(face),
            "urls": poll_urls(self.poll, page_ref=self.page_ref, next_path=self.next_path),
        }

    def form(self, face: State) -> BallotForm | None:
        """Return the form to answer with, or None where there is nothing to mark or nothing to change."""
        final = self.view.ballot is not None and not self.poll.allow_change
        if self.poll.kind == Poll.Kind.WORDS or face not in ANSWERABLE or final:
            return None
        return BallotForm(self.poll, self.view, BallotDraft(self.chosen, self.other, self.role))

    def answers(self) -> list[str]:
        """Return what this reader marked, the "other" option with what stands beside it."""
        ballot, chosen = self.view.ballot, self.view.chosen
        marked = [option for option in self.poll.options.all() if option.uuid in chosen]
        beside = f": {ballot.words}" if ballot and ballot.words else ""
        return [f"{option.text}{beside}" if option.is_other else option.text for option in marked]

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
            poll=self.poll,
        )

    def change_text(self, face: State) -> str:
        """Return what the link to change an answer says, or nothing where there is none to change."""
        if face != State.VOTED or self.poll.kind == Poll.Kind.WORDS:
            return ""
        return _("Change my answer") if self.poll.allow_change else _("Take my answer back")

    def words(self, face: State) -> dict[str, Any] | None:
        """Return what the part for words shows: a form, thanks for what was written, or nothing."""
        if self.view.wrote_elsewhere:
            return None
        ballot = self.view.ballot if self.view.has_voted else None
        only_words = self.poll.kind == Poll.Kind.WORDS
        written = ballot.words if ballot else ""
        asks = face == State.VOTED and (self.poll.ask_words or bool(written))
        if only_words:
            asks = asks or face in ANSWERABLE
        if not asks and (not written or face in ANSWERABLE):
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
    address = follow_up.address if follow_up else ""
    return WordsDraft(ballot.words, ballot.consent, ballot.credit, address, ballot.role)
