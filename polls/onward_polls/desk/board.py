"""What readers wrote to one poll, as the author sorts it: which sentences, how many, and a page of them at a time."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet

from onward_polls.errors import WordsGone
from onward_polls.models import Ballot, Poll, Vote


#: Sentences on one page: enough to work through at a sitting, few enough that a browser stays quick.
PAGE = 50

QUOTABLE = Q(excluded_at=None) & ~Q(consent=Ballot.Consent.NONE)
UNSORTED = Q(words_note__theme=None)
STARRED = Q(words_note__starred=True)


@dataclass(frozen=True)
class Selection:
    """Which sentences of a poll an author is looking at.

    ``show`` is "unsorted", "all", "starred", "quotable" or "theme-" and the number of a theme; ``after`` and
    ``before`` are primary keys of ballots, so that sorting never shifts what the next page holds.
    """

    show: str = "unsorted"
    search: str = ""
    after: int | None = None
    before: int | None = None

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "Selection":
        """Read an address; what makes no sense counts as missing."""
        show = fields.get("show", "unsorted")
        if show not in ("all", "unsorted", "starred", "quotable") and number_in(show[6:]) is None:
            show = "unsorted"
        search = fields.get("q", "").replace("\x00", "").strip()[:100]
        return cls(show, search, number_in(fields.get("after", "")), number_in(fields.get("before", "")))

    @property
    def theme_id(self) -> int | None:
        return number_in(self.show[6:]) if self.show.startswith("theme-") else None

    def condition(self) -> Q:
        """Return what a ballot must be to be shown."""
        named = {"all": Q(), "unsorted": UNSORTED, "starred": STARRED, "quotable": QUOTABLE}
        shown = named.get(self.show, Q(words_note__theme=self.theme_id))
        return shown & Q(words__icontains=self.search) if self.search else shown


@dataclass(frozen=True)
class WordsPage:
    """One page of sentences, oldest first, and where to go on from it."""

    ballots: list[Ballot]
    earlier: Selection | None
    later: Selection | None


def words_of(poll: Poll) -> QuerySet[Ballot]:
    """Return the ballots of a poll that hold words: not those taken back, nor those of readers who were erased."""
    return Ballot.objects.standing().with_words().filter(poll=poll)


def board_counts(poll: Poll) -> dict[str, int]:
    """Return {what a Selection may show: how many sentences}, in two queries."""
    shown = {"unsorted": UNSORTED, "starred": STARRED, "quotable": QUOTABLE}
    totals = {name: Count("pk", filter=condition) for name, condition in shown.items()}
    counts: dict[str, int] = words_of(poll).aggregate(all=Count("pk"), **totals)
    stands = Q(words_notes__ballot__withdrawn_at=None) & ~Q(words_notes__ballot__words="")
    themes = poll.themes.annotate(n=Count("words_notes", filter=stands))
    return counts | {f"theme-{theme.pk}": theme.n for theme in themes}


def page_of_words(poll: Poll, selection: Selection) -> WordsPage:
    """Return at most PAGE ballots with what their cards show; four queries, however many sentences there are."""
    ballots = words_of(poll).filter(selection.condition())
    backwards = selection.before is not None
    if selection.after is not None:
        ballots = ballots.filter(pk__gt=selection.after)
    if backwards:
        ballots = ballots.filter(pk__lt=selection.before)
    votes = Prefetch("votes", Vote.objects.select_related("option").order_by("option__sort_order"))
    related = ballots.select_related("words_note", "follow_up").prefetch_related(votes)
    found = list(related.order_by("-pk" if backwards else "pk")[: PAGE + 1])
    more, found = len(found) > PAGE, found[:PAGE]
    if backwards:
        found.reverse()
    return WordsPage(found, *_neighbours(selection, found, more=more, backwards=backwards))


def _neighbours(
    selection: Selection, found: list[Ballot], *, more: bool, backwards: bool
) -> tuple[Selection | None, Selection | None]:
    if not found:
        return (replace(selection, after=None, before=None), None) if selection.after else (None, None)
    earlier = replace(selection, after=None, before=found[0].pk)
    later = replace(selection, before=None, after=found[-1].pk)
    has_earlier = more if backwards else selection.after is not None
    has_later = True if backwards else more
    return earlier if has_earlier else None, later if has_later else None


def find_words(poll: Poll, uuid: str) -> Ballot:
    """Return the ballot of a poll with this uuid. Raises WordsGone for what is no uuid, or no ballot of it."""
    try:
        ballot = Ballot.objects.filter(poll=poll, uuid=UUID(uuid)).first()
    except ValueError:
        ballot = None
    if ballot is None:
        raise WordsGone
    ballot.poll = poll
    return ballot


def number_in(text: str) -> int | None:
    """Return the primary key that a form or an address says, or None for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
