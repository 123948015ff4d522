"""What holds for any answers, in any order: counts add up, one person counts once, options match one to one."""

from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onward_polls.actions import (
    cast_ballot,
    fold_tallies,
    link_reader,
    rebuild_tallies,
    refresh_breakdown,
    withdraw_ballot,
)
from onward_polls.models import Ballot, Poll
from onward_polls.readers import linked_key, reader_key, view_reader
from onward_polls.tally import PollTally, TallyLine, read_tally, recount, same_options
from tests.polls.factories import a_poll


#: The same cases in every run.
quick = settings(max_examples=200, deadline=None, derandomize=True)
with_database = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

#: One person has at most a browser and a mail.
IDENTITIES = ("rid:a", "subscriber:a", "rid:b", "subscriber:b", "rid:c")

marks = st.sets(st.integers(0, 3), min_size=1, max_size=3)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("cast"), st.sampled_from(IDENTITIES), marks, st.sampled_from(Ballot.Door.values)),
        st.tuples(st.just("withdraw"), st.sampled_from(IDENTITIES)),
        st.tuples(st.just("link"), st.sampled_from("abc")),
        st.tuples(st.just("fold")),
        st.tuples(st.just("count")),
    ),
    max_size=15,
)


class Diary:
    """What each person would say who was asked what he answered last: a model without any tally."""

    def __init__(self, poll: Poll) -> None:
        self.poll = poll
        self.options = list(poll.options.all())
        #: person, or identity until it is known whose it is -> (turn, marks or None if taken back)
        self.last: dict[str, tuple[int, frozenset[int] | None]] = {}
        self.known: set[str] = set()
        self.turn = 0

    def who(self, identity: str) -> str:
        person = identity.split(":")[1]
        return person if person in self.known else identity

    def take(self, what: str, *details: Any) -> None:
        self.turn += 1
        getattr(self, what)(*details)

    def cast(self, identity: str, marked: set[int], door: str) -> None:
        chosen = [self.options[place] for place in sorted(marked)]
        cast_ballot(self.poll, identity=identity, options=chosen, door=door)
        who = self.who(identity)
        turn, before = self.last.get(who, (0, None))
        self.last[who] = (turn if before == marked else self.turn, frozenset(marked))

    def withdraw(self, identity: str) -> None:
        ballot = view_reader(self.poll, identity).ballot
        if ballot and ballot.stands:
            withdraw_ballot(ballot)
            self.last[self.who(identity)] = (self.turn, None)

    def link(self, person: str) -> None:
        browser, mail = f"rid:{person}", f"subscriber:{person}"
        link_reader(self.poll, alias=browser, identity=mail)
        if person not in self.known:
            self.known.add(person)
            said = [self.last.pop(name) for name in (browser, mail) if name in self.last]
            if said:
                self.last[person] = max(said, key=lambda each: each[0])

    def fold(self) -> None:
        fold_tallies(self.poll)

    def count(self) -> None:
        refresh_breakdown(Poll.objects.select_related("breakdown").get(pk=self.poll.pk))

    def said(self) -> list[frozenset[int]]:
        return [marked for _turn, marked in self.last.values() if marked is not None]


def played(sequence: list[tuple[Any, ...]]) -> Diary:
    diary = Diary(a_poll(kind=Poll.Kind.MULTIPLE))
    for step in sequence:
        diary.take(*step)
    return diary


@pytest.mark.django_db
class TestCounting:
    @with_database
    @given(sequence=steps)
    def test_the_tally_is_what_people_say_they_answered(self, sequence: list[tuple[Any, ...]]) -> None:
        with transaction.atomic():
            diary = played(sequence)
            tally = read_tally(diary.poll)

            assert tally.n == len(diary.said())
            assert [line.count for line in tally.lines] == [
                sum(place in marked for marked in diary.said()) for place in range(4)
            ]
            transaction.set_rollback(True)

    @with_database
    @given(sequence=steps)
    def test_counting_again_changes_nothing(self, sequence: list[tuple[Any, ...]]) -> None:
        with transaction.atomic():
            diary = played(sequence)
            before = read_tally(diary.poll)

            assert rebuild_tallies(diary.poll) == 0
            assert read_tally(diary.poll) == before
            assert read_tally(diary.poll, live=False) == before
            assert sum(recount(diary.poll).values()) == before.n + sum(line.count for line in before.lines)
            transaction.set_rollback(True)

    @with_database
    @given(sequence=steps)
    def test_one_person_has_one_ballot_with_the_latest_answer(self, sequence: list[tuple[Any, ...]]) -> None:
        with transaction.atomic():
            diary = played(sequence)

            for person in diary.known:
                keys = {
                    linked_key(diary.poll, reader_key(diary.poll, f"{kind}:{person}"))
                    for kind in ("rid", "subscriber")
                }
                assert Ballot.objects.filter(poll=diary.poll, reader_key__in=keys).count() <= 1
                view = view_reader(diary.poll, f"rid:{person}")
                _turn, marked = diary.last.get(person, (0, None))
                assert view.chosen == {diary.options[place].uuid for place in marked or ()}
            transaction.set_rollback(True)


texts = st.text("abc ", min_size=1, max_size=3).map(str.strip).filter(bool)
ids = iter(range(1, 10**9))


def a_tally(lines: list[tuple[int, str, int | None]]) -> PollTally:
    return PollTally(
        1,
        "?",
        0,
        tuple(
            TallyLine(UUID(int=number), text, 0, 0.0, option_id=number, follows_id=follows)
            for number, text, follows in lines
        ),
        {},
        None,
        None,
        Poll.Kind.SINGLE,
    )


asked = st.lists(texts, unique=True, max_size=6)


class TestAskedAgain:
    @quick
    @given(before=asked, now=asked, data=st.data())
    def test_every_option_is_matched_at_most_once_and_the_authors_word_goes_first(
        self, before: list[str], now: list[str], data: st.DataObject
    ) -> None:
        places = st.one_of(st.none(), st.integers(1, max(len(before), 1)))
        follows = [data.draw(places) for _option in now]
        then = a_tally([(place, text, None) for place, text in enumerate(before, 1)])
        later = a_tally([(100 + place, text, follows[place]) for place, text in enumerate(now)])

        matched = same_options(later, then)

        origins = [line.option_uuid for line in matched.values()]
        assert len(origins) == len(set(origins))
        for line in later.lines:
            if line.follows_id in range(1, len(before) + 1):
                taken = {match.option_id for match in matched.values()}
                assert line.follows_id in taken

    @quick
    @given(before=asked, now=asked)
    def test_it_does_not_matter_which_of_two_polls_came_first(
        self, before: list[str], now: list[str]
    ) -> None:
        one = a_tally([(place, text, None) for place, text in enumerate(before, 1)])
        two = a_tally([(100 + place, text, None) for place, text in enumerate(now)])

        forth = {(uuid, line.option_uuid) for uuid, line in same_options(two, one).items()}
        back = {(line.option_uuid, uuid) for uuid, line in same_options(one, two).items()}

        assert forth == back

    @quick
    @given(before=asked, now=asked)
    def test_renaming_what_matches_nothing_changes_no_match(self, before: list[str], now: list[str]) -> None:
        then = a_tally([(place, text, None) for place, text in enumerate(before, 1)])
        later = a_tally([(100 + place, text, None) for place, text in enumerate(now)])
        matched = same_options(later, then)

        renamed = a_tally(
            [
                (line.option_id, line.text if line.option_uuid in matched else f"new {line.option_id}", None)
                for line in later.lines
            ]
        )

        assert same_options(renamed, then) == matched
