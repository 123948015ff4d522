"""The form to answer with: which options stand in it, in which order, and what is filled in already."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from wagtail.images import get_image_model
from wagtail.images.models import ResponsiveImage, SourceImageIOError

from onward_polls.ballots.ballot_rules import MAX_BESIDE_OTHER
from onward_polls.models import Option, Poll, plain_text
from onward_polls.readers import ReaderView
from onward_polls.wording import how_many


#: The picture of an option at one and at two dots per point: all of one shape, so that options line up.
PICTURE_SPECS = ("fill-320x200", "fill-640x400")
#: How wide a picture is shown: half a card, and half a phone.
PICTURE_SIZES = "(min-width: 41rem) 18rem, 45vw"
#: Options of a scale no longer than this stand in a row of small tiles, as numbers do.
SHORT = 3


@dataclass(frozen=True)
class Offer:
    """One option as the form shows it."""

    option: Option
    marked: bool
    picture: ResponsiveImage | None = None
    #: Which end of a scale it is, "low" or "high", where that end has a label; the label is read out with it.
    end: str = ""


@dataclass(frozen=True)
class BallotDraft:
    """What a reader filled in; None means what stands on the reader's ballot."""

    #: uuids of the options marked.
    chosen: Collection[UUID] | None = None
    #: What was written beside the "other" option.
    other: str | None = None
    role: str | None = None


@dataclass(frozen=True)
class BallotForm:
    """The form of one poll for one reader, or for every reader if the view is empty."""

    poll: Poll
    view: ReaderView
    draft: BallotDraft = BallotDraft()

    most_other = MAX_BESIDE_OTHER

    @cached_property
    def offered(self) -> list[Option]:
        """Return the options on offer in this reader's order: the author's, unless the poll shuffles."""
        offered = [option for option in self.poll.options.all() if option.retired_at is None]
        if not (self.shuffles and self.view.seed):
            return offered
        return sorted(offered, key=lambda option: (option.is_other, draw(self.view.seed, option)))

    @property
    def shuffles(self) -> bool:
        """Whether each reader gets an order of one's own; a scale keeps the one it means."""
        return self.poll.shuffle and self.poll.kind != Poll.Kind.SCALE

    @property
    def order(self) -> str:
        """What a script does about the order: "drawn" keeps what was drawn here, "draw" draws, else nothing."""
        if not self.shuffles:
            return ""
        return "drawn" if self.view.seed else "draw"

    @cached_property
    def offers(self) -> list[Offer]:
        """Return the options on offer, each with its picture and whether it is marked."""
        ends = self.ends()
        pictures = pictures_of(self.offered)
        return [
            Offer(option, option.uuid in self.chosen, pictures.get(option.pk), ends.get(option.uuid, ""))
            for option in self.offered
        ]

    @cached_property
    def steps(self) -> list[Option]:
        """Return the steps of a scale from its low to its high end; none for other kinds."""
        scale = self.poll.kind == Poll.Kind.SCALE
        return [option for option in self.offered if not option.is_other] if scale else []

    @property
    def low(self) -> str:
        """What the low end of a scale means, after the number it belongs to."""
        return self._end(0, self.poll.low_label)

    @property
    def high(self) -> str:
        """What the high end of a scale means, likewise."""
        return self._end(-1, self.poll.high_label)

    def _end(self, place: int, label: str) -> str:
        if not (self.steps and label):
            return ""
        return f"{self.steps[place].text} = {label}" if self.layout == "tiles" else label

    def ends(self) -> dict[UUID, str]:
        """Return which options stand at a labelled end of a scale."""
        low = {self.steps[0].uuid: "low"} if self.low else {}
        return low | ({self.steps[-1].uuid: "high"} if self.high else {})

    @cached_property
    def chosen(self) -> Collection[UUID]:
        """Return the uuids of the options marked: as sent, as on the ballot, or as the reader's earlier words say now."""
        if self.draft.chosen is not None:
            return self.draft.chosen
        return {self.recalled.uuid} if self.recalled else self.view.chosen

    @cached_property
    def recalled(self) -> Option | None:
        """Return the option that now says what this reader wrote beside "other" when the question was asked before."""
        earlier = self.view.earlier
        if self.view.ballot or earlier is None or not earlier.stands or not earlier.words:
            return None
        said = plain_text(earlier.words)
        found = next((option for option in self.offered if said in option.promoted_words), None)
        return found if found and earlier.votes.filter(option__is_other=True).exists() else None

    @property
    def notice(self) -> str:
        """A sentence about an option that is marked already."""
        if self.draft.chosen is not None or self.recalled is None or self.view.earlier is None:
            return ""
        sentence = _("Last time you wrote “%(words)s”. It is one of the answers now.")
        return sentence % {"words": self.view.earlier.words}

    @property
    def other(self) -> str:
        """What stands beside the "other" option."""
        if self.draft.other is not None:
            return self.draft.other
        ballot = self.view.ballot
        wrote = any(option.is_other and option.uuid in self.view.chosen for option in self.offered)
        return ballot.words if ballot and wrote else ""

    @property
    def other_prompt(self) -> str:
        return self.poll.words_prompt or _("What do you do instead?")

    @property
    def role(self) -> str:
        if self.draft.role is not None:
            return self.draft.role
        return self.view.ballot.role if self.view.ballot and self.view.has_voted else ""

    @property
    def control(self) -> str:
        return "checkbox" if self.poll.kind == Poll.Kind.MULTIPLE else "radio"

    @property
    def how_many(self) -> str:
        return how_many(self.poll)

    @property
    def layout(self) -> str:
        """How the options stand: "tiles" and "steps" are rows of a scale, "pictures" a grid, else a list."""
        if self.poll.kind == Poll.Kind.SCALE:
            return "tiles" if all(len(option.text) <= SHORT for option in self.steps) else "steps"
        return "pictures" if any(offer.picture for offer in self.offers) else "list"


def draw(seed: str, option: Option) -> bytes:
    """Return where an option stands in the order drawn from a seed: the same seed, the same order."""
    return sha256(f"{seed}{option.uuid}".encode()).digest()


def pictures_of(options: Sequence[Option]) -> dict[int, ResponsiveImage]:
    """Return the pictures of options by primary key: two queries for all of them, none where there are none."""
    with_image = [option for option in options if option.image_id]
    if not with_image:
        return {}
    images = get_image_model().objects.prefetch_renditions(*PICTURE_SPECS)
    found = images.in_bulk({option.image_id for option in with_image})
    pictures = {option.pk: picture_of(found.get(option.image_id)) for option in with_image}
    return {pk: picture for pk, picture in pictures.items() if picture}


def picture_of(image: Any) -> ResponsiveImage | None:
    """Return an image as an option shows it, or None if its file is gone; the text beside it says what it shows."""
    if image is None:
        return None
    try:
        renditions = image.get_renditions(*PICTURE_SPECS)
    except SourceImageIOError:
        return None
    attributes = {"alt": "", "sizes": PICTURE_SIZES, "loading": "lazy", "decoding": "async"}
    return ResponsiveImage(renditions, {**attributes, "class": "onward-poll__picture"})
