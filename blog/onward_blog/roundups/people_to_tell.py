"""Who wants to hear what came of an answer in a part: those who asked, and those whose comment it quotes."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

import swapper
from django.apps import apps

from onward_blog import mailing
from onward_blog.models import CommentState, Roundup, RoundupQuote, RoundupUse
from onward_blog.responses.people import Asked

from .actions import used_in
from .components import part_name
from .personal import own_line
from .reading import Reading


@dataclass
class Told:
    """One person to tell, under one spelling of the address, and why."""

    address: str
    #: What was answered: "Part 1", "Part 2", in the order of the text.
    parts: list[str] = field(default_factory=list)
    follow_ups: list[int] = field(default_factory=list)
    #: The quote of this person that the part kept, to link to.
    quote_id: int | None = None
    #: "In Part 1 you chose …": the option only, never words.
    line: str = ""


@dataclass(frozen=True)
class People:
    """Who is to be told of one part, by address, and what else is to be said about it."""

    by_address: dict[str, Told]
    #: The quotes whose writers are known by an address, those told before too.
    quotes: frozenset[int]
    #: How many gave an address that no mail can be sent to.
    malformed: int


def find_people(page: Any, *, without: Collection[int] = ()) -> People:
    """Return who asked to be told, or is quoted and can be; each person once, whatever the spelling.

    ``without`` are follow-ups that are used up.
    """
    found = _Finder(without)
    told_before = _comments_told_before(page)
    for roundup, kept in used_in(page).items():
        found.add_those_who_asked(roundup, kept)
        found.add_commenters(roundup, kept, told_before)
    return People(found.people, frozenset(found.quotes), len(found.malformed))


def reached_by_other_issues(page: Any) -> set[int]:
    """Return the follow-ups of those whom the issue of another part told already.

    They are noted as told when that issue is through; where the worker died in between, they are found here.
    """
    articles = [roundup.page_id for roundup in used_in(page)]
    uses = RoundupUse.objects.filter(roundup__page__in=articles).exclude(page=page.pk)
    others = mailing.pages_with_issue(sorted(set(uses.values_list("page_id", flat=True))))
    pages = swapper.load_model("wagtailcore", "Page").objects.filter(pk__in=others).specific()
    return {
        follow_up
        for other in pages
        for person in reached_by_issue(other, find_people(other))
        for follow_up in person.follow_ups
    }


def reached_by_issue(page: Any, people: People) -> list[Told]:
    """Return those of these people to whom the issue with this part was submitted."""
    reached = mailing.ledger_of(page, "submitted") if people.by_address else {}
    return [person for address, person in people.by_address.items() if address in reached]


class _Finder:
    def __init__(self, without: Collection[int]) -> None:
        self.used_up = without
        self.people: dict[str, Told] = {}
        self.quotes: set[int] = set()
        self.malformed: set[str] = set()

    def _person(self, address: str, roundup: Roundup) -> Told | None:
        try:
            spelling = mailing.one_spelling(address)
        except ValueError:  # kept from before the rules for addresses were as strict
            self.malformed.add(address)
            return None
        person = self.people.setdefault(spelling, Told(spelling))
        if (part := part_name(Reading(roundup.data))) not in person.parts:
            person.parts.append(part)
        return person

    def add_those_who_asked(self, roundup: Roundup, kept: set[int]) -> None:
        quoted = by_key(kept, "polls")
        self.quotes.update(quoted[ballot] for ballot in _who_gave_an_address(quoted))
        for asked in _who_asked(roundup):
            used_up = asked.follow_up_id in self.used_up
            if used_up or (person := self._person(asked.address, roundup)) is None:
                continue
            person.follow_ups.append(asked.follow_up_id)
            person.line = person.line or own_line(roundup, asked.poll_id, asked.options)
            if quote := quoted.get(asked.ballot_uuid):
                person.quote_id = person.quote_id or quote

    def add_commenters(self, roundup: Roundup, kept: set[int], told_before: set[str]) -> None:
        quoted = by_key(kept, "comments")
        states = CommentState.objects.public().filter(comment__in=list(quoted), follows_replies=True)
        states = states.exclude(comment__user_email="").order_by("pk")
        for comment, address in states.values_list("comment_id", "comment__user_email"):
            self.quotes.add(quoted[str(comment)])
            if str(comment) in told_before or (person := self._person(address, roundup)) is None:
                continue
            person.quote_id = person.quote_id or quoted[str(comment)]


def by_key(quotes: Iterable[int], source: str) -> dict[str, int]:
    """Return {key of the answer: quote} for those of these quotes that come from a source and stand."""
    rows = RoundupQuote.objects.filter(pk__in=list(quotes), source=source, withdrawn_at=None)
    return dict(rows.values_list("source_key", "pk"))


def _who_asked(roundup: Roundup) -> list[Asked]:
    """Return those who asked and whose answer is in the roundup; whoever came later waits for the next part."""
    if not apps.is_installed("onward_polls"):
        return []
    from onward_blog.responses.polls import who_asked

    reading = Reading(roundup.data)
    return who_asked((question.poll_id for question in reading.questions), before=reading.until)


def _who_gave_an_address(ballots: Iterable[str]) -> Iterable[str]:
    """Return the uuids of those of these ballots whose reader asked to be told, and has been or will be."""
    if not apps.is_installed("onward_polls"):
        return []
    from onward_blog.responses.polls import with_follow_up

    return with_follow_up(ballots)


def _comments_told_before(page: Any) -> set[str]:
    """Return the comments of which another part told already that it quotes them."""
    told = RoundupUse.objects.filter(told_at__isnull=False).exclude(page=page.pk)
    keys = RoundupQuote.objects.filter(uses__in=told, source="comments").values_list("source_key", flat=True)
    return set(keys)
