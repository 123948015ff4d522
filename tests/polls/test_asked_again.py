"""A question asked again: then and now for all, and apart from it those readers who answered both times."""

from datetime import timedelta
from itertools import count

import pytest
from django.utils import timezone

from onward_polls.actions import refresh_breakdown
from onward_polls.components import PollCard, PollResults
from onward_polls.models import Option, Poll, Wording
from onward_polls.readers import ReaderView
from onward_polls.tally import read_tally, same_options
from tests.polls.factories import a_poll, closed_a_while_ago, option, vote


pytestmark = pytest.mark.django_db

_readers = count(1)


def moved(earlier: Poll, poll: Poll, before: str, now: str, n: int) -> None:
    """Let n readers answer both polls."""
    for _reader in range(n):
        identity = f"rid:{next(_readers):032x}"
        vote(earlier, before, identity=identity)
        vote(poll, now, identity=identity)


def counted(poll: Poll) -> Poll:
    refresh_breakdown(Poll.objects.get(pk=poll.pk))
    return Poll.objects.select_related("breakdown", "follows").get(pk=poll.pk)


def html(poll: Poll) -> str:
    poll = counted(poll)
    return str(PollResults(read_tally(poll), read_tally(poll.follows), poll=poll).render_html())


def follow(option: Option, earlier: Option) -> None:
    option.follows = earlier
    option.save(update_fields=["follows"])


@pytest.fixture
def earlier(db: None) -> Poll:
    return a_poll()


@pytest.fixture
def poll(earlier: Poll) -> Poll:
    return a_poll(follows=earlier)


class TestWhichOptionIsWhich:
    def test_what_the_author_says_comes_before_what_the_texts_say(self, earlier: Poll) -> None:
        poll = a_poll(options=("Selling", "Mending"), follows=earlier)
        follow(option(poll, "Mending"), option(earlier, "Repair"))
        follow(option(poll, "Selling"), option(earlier, "Coaching"))

        matched = same_options(read_tally(poll), read_tally(earlier))

        assert {option.text: matched[option.uuid].text for option in poll.options.all()} == {
            "Mending": "Repair",
            "Selling": "Coaching",
        }

    def test_no_earlier_option_is_counted_twice(self, earlier: Poll) -> None:
        poll = a_poll(options=("Mending", "Repair"), follows=earlier)
        follow(option(poll, "Mending"), option(earlier, "Repair"))

        matched = same_options(read_tally(poll), read_tally(earlier))

        assert [line.text for line in matched.values()] == ["Repair"]
        assert option(poll, "Repair").uuid not in matched

    def test_what_readers_wrote_counts_for_the_option_it_became(self, earlier: Poll) -> None:
        Option.objects.create(poll=earlier, text="Something else", is_other=True, sort_order=9)
        poll = a_poll(options=("Repair", "Ride-alongs", "Something else"), follows=earlier)
        Option.objects.filter(poll=poll, text="Something else").update(is_other=True)
        Option.objects.filter(poll=poll, text="Ride-alongs").update(promoted_words=["ride-alongs"])
        for words in ("Ride-alongs", "ride-ALONGS", "ride-alongs ", "Gardening"):
            vote(earlier, "Something else", words=words)
        vote(poll, "Ride-alongs")

        poll = counted(poll)
        lines = PollResults(read_tally(poll), read_tally(earlier), poll=poll).lines

        assert [(row.line.text, row.then and row.then.count) for row in lines] == [
            ("Repair", 0),
            ("Ride-alongs", 3),
            ("Something else", 1),
        ]
        assert "3 readers wrote it beside “other”, and are counted here." in html(poll)


class TestTheSameReaders:
    def test_who_moved_is_told_apart_from_then_and_now(self, earlier: Poll, poll: Poll) -> None:
        moved(earlier, poll, "Repair", "Repair", 8)
        moved(earlier, poll, "Repair", "Selling", 7)
        moved(earlier, poll, "Selling", "Selling", 6)
        moved(earlier, poll, "Selling", "Repair", 5)
        for _reader in range(10):
            vote(earlier, "Repair")
            vote(poll, "Selling")

        page = html(poll)

        assert "26 readers answered both times" in page
        assert "14 of them gave the same answer again." in page
        assert (
            '<th scope="rowgroup" rowspan="2">Repair</th><td>Repair <small>(the same)</small></td><td>8</td>'
            in page
        )
        assert "<td>Selling</td><td>7</td>" in page

    def test_nobody_is_found_by_where_he_moved(self, earlier: Poll, poll: Poll) -> None:
        moved(earlier, poll, "Repair", "Repair", 20)
        moved(earlier, poll, "Selling", "Selling", 3)
        moved(earlier, poll, "Selling", "Coaching", 2)

        page = html(poll)

        assert "25 readers answered both times" in page
        assert "Too few gave each pair of answers" in page
        assert "gave the same answer again" not in page

    def test_a_small_move_goes_together_with_others_from_the_same_answer(
        self, earlier: Poll, poll: Poll
    ) -> None:
        moved(earlier, poll, "Repair", "Repair", 20)
        moved(earlier, poll, "Repair", "Selling", 4)
        moved(earlier, poll, "Repair", "Reports", 3)
        moved(earlier, poll, "Coaching", "Coaching", 9)

        rows = counted(poll).breakdown.moves

        repair, coaching = (str(option(earlier, text).uuid) for text in ("Repair", "Coaching"))
        stayed = str(option(poll, "Repair").uuid)
        assert sorted(rows, key=str) == sorted(
            [[repair, stayed, 20], [repair, None, 7], [coaching, None, 9]], key=str
        )

    def test_whoever_took_one_of_the_two_back_is_not_among_them(self, earlier: Poll, poll: Poll) -> None:
        moved(earlier, poll, "Repair", "Repair", 8)
        gone = earlier.ballots.first()
        type(gone).objects.filter(pk=gone.pk).update(withdrawn_at=timezone.now())

        assert counted(poll).breakdown.moves == [[None, None, 7]]

    def test_under_five_not_even_their_number_is_told(self, earlier: Poll, poll: Poll) -> None:
        moved(earlier, poll, "Repair", "Repair", 4)

        assert "both times" not in html(poll)

    def test_with_several_answers_nobody_can_say_which_became_which(self) -> None:
        earlier = a_poll(kind=Poll.Kind.MULTIPLE)
        poll = a_poll(kind=Poll.Kind.MULTIPLE, follows=earlier)
        moved(earlier, poll, "Repair", "Selling", 12)

        assert counted(poll).breakdown.moves == []

    def test_one_more_reader_changes_nothing_that_others_could_compare(
        self, earlier: Poll, poll: Poll
    ) -> None:
        for before in ("Repair", "Selling"):
            for now in ("Repair", "Selling"):
                moved(earlier, poll, before, now, 6)
        first = counted(poll).breakdown.moves

        moved(earlier, poll, "Repair", "Selling", 1)

        assert counted(poll).breakdown.moves == first

    def test_moves_stay_hidden_while_the_earlier_result_is(self, earlier: Poll, poll: Poll) -> None:
        Poll.objects.update(results_visibility=Poll.ResultsVisibility.ALWAYS)
        moved(earlier, poll, "Repair", "Repair", 8)
        moved(earlier, poll, "Selling", "Selling", 8)
        Poll.objects.filter(pk=earlier.pk).update(results_visibility=Poll.ResultsVisibility.EDITORS)

        page = PollCard(counted(poll), reader=ReaderView()).render_html()

        assert "More about these answers" in page
        assert "both times" not in page
        assert "before" not in page.lower().replace("before you compare", "")


class TestWhatKeepsThemApart:
    def note(self, poll: Poll) -> tuple[str, ...]:
        poll = counted(poll)
        return PollResults(read_tally(poll), read_tally(poll.follows), poll=poll).notes.comparability

    def test_the_same_question_asked_the_same_way_needs_no_note(self, earlier: Poll, poll: Poll) -> None:
        vote(poll, "Repair")

        assert self.note(poll) == ()
        assert "compare with care" not in html(poll)

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"question": "And today?"}, "worded differently before: “What takes most of your week?”"),
            ({"kind": "multiple"}, "Asked as “One answer” before, and as “Several answers” now."),
            ({"shuffle": True}, "stand in a different one for each reader now"),
            ({"results_visibility": "always"}, "did not see the result before they answered then"),
        ],
    )
    def test_what_was_asked_differently_is_said(
        self, poll: Poll, change: dict[str, object], sentence: str
    ) -> None:
        vote(poll, "Repair")
        Poll.objects.filter(pk=poll.pk).update(**change)

        assert any(sentence in note for note in self.note(poll))

    def test_new_reworded_and_missing_options_are_named(self, earlier: Poll) -> None:
        poll = a_poll(options=("Mending", "Selling", "Hiring", "Coaching"), follows=earlier)
        follow(option(poll, "Mending"), option(earlier, "Repair"))

        assert self.note(poll) == (
            "“Mending” was worded differently before: “Repair”.",
            "Not offered before: “Hiring”.",
            "No longer offered: “Reports”.",
        )


class TestWhatChangedWhileItWasAsked:
    def page(self, poll: Poll) -> str:
        poll = Poll.objects.get(pk=poll.pk)
        return str(PollResults(read_tally(poll), poll=poll).render_html())

    def test_earlier_wordings_are_told_with_their_dates(self, earlier: Poll) -> None:
        vote(earlier, "Repair")
        uuid = str(option(earlier, "Repair").uuid)
        until = timezone.now().replace(year=2025, month=5, day=3)
        Wording.objects.create(
            poll=earlier, version=1, question="What takes your week?", options={uuid: "Fixing"}, until=until
        )
        Poll.objects.filter(pk=earlier.pk).update(wording_version=2)

        page = self.page(earlier)

        assert "The question was worded differently until 3 May 2025: “What takes your week?”" in page
        assert "“Repair” was worded differently until 3 May 2025: “Fixing”." in page

    def test_an_option_that_came_late_says_so(self, earlier: Poll) -> None:
        vote(earlier, "Repair")
        Option.objects.filter(poll=earlier, text="Coaching").update(
            added_after_votes=31, added_at=timezone.now().replace(year=2025, month=5, day=14)
        )

        assert "(added 14 May 2025; 31 had answered before)" in self.page(earlier)

    def test_a_poll_that_was_opened_again_says_so(self, earlier: Poll) -> None:
        vote(earlier, "Repair")
        closed_a_while_ago(earlier)
        Poll.objects.update(
            reopened_at=timezone.now().replace(year=2025), closes_at=timezone.now() + timedelta(1)
        )

        assert "was opened again on" in self.page(earlier)
