"""What is counted less often: when, how exactly, and that no reader can be found in it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail import hooks

from onward_polls import signals
from onward_polls.actions import fold_tallies, refresh_breakdown, refresh_due_breakdowns
from onward_polls.components import PollCard, PollResults, poll_results_mail, poll_results_text
from onward_polls.models import Ballot, Breakdown, Poll
from onward_polls.results.timeline import timeline
from onward_polls.tally import read_tally
from onward_polls.tasks import fold
from tests.polls.factories import a_poll, an_article, option, vote


pytestmark = pytest.mark.django_db

Visibility = Poll.ResultsVisibility


def answers(poll: Poll, role: str = "", **votes: int) -> None:
    for text, n in votes.items():
        for _reader in range(n):
            vote(poll, text, role=role)


def counted(poll: Poll) -> Poll:
    """Count the breakdown, and return the poll as a page would find it."""
    refresh_breakdown(Poll.objects.get(pk=poll.pk))
    return Poll.objects.select_related("breakdown", "follows").get(pk=poll.pk)


def html(poll: Poll) -> str:
    poll = counted(poll)
    return str(PollResults(read_tally(poll, live=False), poll=poll).render_html())


def spread(poll: Poll, *days: int) -> None:
    """Let the ballots of a poll have been cast on these days of May, in turn."""
    for place, ballot in enumerate(poll.ballots.all()):
        ballot.cast_at = datetime(2026, 5, days[place % len(days)], 12, tzinfo=UTC)
        ballot.save(update_fields=["cast_at"])


class TestWhenItIsCounted:
    def test_the_first_fold_after_an_answer_counts_it(self) -> None:
        poll = a_poll()
        vote(poll, "Repair")

        fold()

        assert Breakdown.objects.get(poll=poll).by_day[0][1] == 1

    def test_it_rests_for_a_minute_and_then_follows_the_tally(self) -> None:
        poll = a_poll()
        vote(poll, "Repair")
        fold()
        vote(poll, "Repair")
        fold_tallies()

        assert refresh_due_breakdowns(timezone.now() + timedelta(seconds=50)) == 0
        assert refresh_due_breakdowns(timezone.now() + timedelta(seconds=70)) == 1

    def test_without_a_change_it_is_left_alone(self) -> None:
        vote(a_poll(), "Repair")
        fold()

        assert refresh_due_breakdowns(timezone.now() + timedelta(days=1)) == 0

    def test_a_change_of_mind_is_a_change_although_as_many_answered(self) -> None:
        poll = a_poll()
        for mind in ("Repair", "Reports"):
            vote(poll, mind, identity=f"rid:{mind}")
        fold()
        vote(poll, "Selling", identity="rid:Repair")
        vote(poll, "Selling", identity="rid:Reports")
        fold_tallies()

        assert refresh_due_breakdowns(timezone.now() + timedelta(seconds=70)) == 1

    def test_what_takes_long_is_done_seldom(self) -> None:
        poll = a_poll()
        vote(poll, "Repair")
        fold()
        Breakdown.objects.update(took=60_000)
        vote(poll, "Repair")
        fold_tallies()

        assert refresh_due_breakdowns(timezone.now() + timedelta(minutes=49)) == 0
        assert refresh_due_breakdowns(timezone.now() + timedelta(minutes=51)) == 1

    def test_closing_counts_it_once_more_whatever_it_takes(self) -> None:
        poll = a_poll()
        vote(poll, "Repair")
        fold()
        Breakdown.objects.update(took=60_000)
        vote(poll, "Repair")
        Poll.objects.update(closes_at=timezone.now() + timedelta(milliseconds=1))

        fold_tallies()

        assert refresh_due_breakdowns(timezone.now() + timedelta(seconds=1)) == 1

    def test_it_never_knows_of_more_answers_than_the_tally_beside_it(self) -> None:
        poll = a_poll()
        answers(poll, Repair=3)

        poll = counted(poll)

        assert sum(n for _day, n in poll.breakdown.by_day) == read_tally(poll, live=False).n == 3

    def test_a_page_is_told_only_when_something_has_changed(
        self, django_capture_on_commit_callbacks: object
    ) -> None:
        poll = a_poll()
        vote(poll, "Repair")
        heard: list[int] = []

        def receiver(poll: Poll, **kwargs: object) -> None:
            heard.append(poll.pk)

        signals.tally_folded.connect(receiver)
        try:
            for _turn in range(3):
                with django_capture_on_commit_callbacks(execute=True):
                    refresh_breakdown(Poll.objects.get(pk=poll.pk))
        finally:
            signals.tally_folded.disconnect(receiver)

        assert heard == [poll.pk]

    def test_the_article_stays_the_same_until_it_is_counted_again(self) -> None:
        poll = a_poll(results_visibility=Visibility.ALWAYS, roles="Rep\nManager")
        answers(poll, role="Rep", Repair=12)
        poll = counted(poll)
        before = PollCard(poll).render_html()

        answers(poll, role="Manager", Selling=12)

        assert PollCard(Poll.objects.select_related("breakdown").get(pk=poll.pk)).render_html() == before

    def test_taken_back_and_set_aside_answers_are_in_none_of_it(self) -> None:
        poll = a_poll()
        answers(poll, Repair=3)
        gone, aside, _kept = poll.ballots.all()
        Ballot.objects.filter(pk=gone.pk).update(withdrawn_at=timezone.now())
        Ballot.objects.filter(pk=aside.pk).update(
            excluded_at=timezone.now(), exclusion=Ballot.Exclusion.NETWORK
        )

        breakdown = counted(poll).breakdown

        assert [n for _day, n in breakdown.by_day] == [1]
        assert breakdown.set_aside == [["network", 1]]


class TestOverTime:
    def test_days_are_drawn_told_and_listed_and_empty_ones_too(self) -> None:
        poll = a_poll()
        answers(poll, Repair=12)
        spread(poll, 2, 2, 5)

        page = html(poll)

        assert "12 answers from 2 May 2026 to 5 May 2026; the most, 8, on 2 May 2026." in page
        assert "On 2 days nobody answered." in page
        assert '<th scope="row">3 May 2026</th><td>0</td>' in page
        assert page.count('class="onward-poll__day"') == 2
        assert 'role="img"' in page
        assert "style=" not in page

    @pytest.mark.parametrize(("n", "days"), [(9, (2, 3, 4)), (12, (2, 3))])
    def test_few_answers_or_few_days_are_not_drawn(self, n: int, days: tuple[int, ...]) -> None:
        poll = a_poll()
        answers(poll, Repair=n)
        spread(poll, *days)

        assert "onward-poll__timeline" not in html(poll)

    @pytest.mark.parametrize(
        ("last", "unit", "bars"),
        [("2026-03-03", "day", 62), ("2026-03-04", "week", 10), ("2027-12-31", "month", 24)],
    )
    def test_long_times_are_drawn_by_weeks_and_by_months(self, last: str, unit: str, bars: int) -> None:
        drawn = timeline([["2026-01-01", 20], [last, 5]])

        assert drawn is not None
        assert (drawn.unit, len(drawn.bars), drawn.total) == (unit, bars, 25)

    def test_numbers_in_the_drawing_never_follow_the_readers_language(self) -> None:
        from django.utils import translation

        poll = a_poll()
        answers(poll, Repair=12)
        spread(poll, 2, 2, 5)
        with translation.override("de"):
            page = html(poll)

        assert 'height="28.0"' in page


class TestByRole:
    def test_it_is_shown_where_every_cell_holds_five(self) -> None:
        poll = a_poll(roles="Rep\nManager")
        answers(poll, role="Rep", Repair=7, Selling=6)
        answers(poll, role="Manager", Repair=5, Selling=9)

        page = html(poll)

        assert "Answers by role" in page
        assert '<th scope="row">Repair</th><td>7</td><td>5</td>' in page
        assert "27 readers, counted on" in page

    def test_small_roles_and_answers_are_put_together(self) -> None:
        poll = a_poll(roles="Rep\nManager\nVP\nOwner")
        answers(poll, role="Rep", Repair=20, Selling=20, Reports=3, Coaching=6)
        answers(poll, role="Manager", Repair=20, Selling=20, Reports=4, Coaching=5)
        answers(poll, role="VP", Repair=4, Selling=3, Reports=1, Coaching=4)
        answers(poll, role="Owner", Repair=3, Selling=3, Reports=4)

        page = html(poll)

        assert '<th scope="col">Other roles, or none given</th>' in page
        assert '<th scope="col">VP</th>' not in page
        assert '<th scope="row">Other answers</th><td>9</td><td>9</td><td>9</td>' in page

    def test_one_reader_alone_in_his_role_is_not_found(self) -> None:
        poll = a_poll(roles="Rep\nManager")
        answers(poll, role="Rep", Repair=20, Selling=20)
        answers(poll, role="Manager", Reports=1)

        assert "Answers by role" not in html(poll)

    def test_the_table_stands_still_until_a_step_hides_everybody_who_made_it(self) -> None:
        poll = a_poll(roles="Rep\nManager")
        for role in ("Rep", "Manager"):
            answers(poll, role=role, Repair=6, Selling=6)
        first = counted(poll).breakdown
        answers(poll, role="Rep", Repair=1)

        second = counted(poll).breakdown
        answers(poll, role="Rep", Repair=4)
        third = counted(poll).breakdown

        assert second.by_role == first.by_role
        assert second.by_role_at == first.by_role_at
        assert ["Rep", str(option(poll, "Repair").uuid), 11] in third.by_role
        assert third.by_role_at > first.by_role_at

    def test_nothing_small_is_even_kept(self) -> None:
        poll = a_poll(roles="Rep\nManager\nVP")
        answers(poll, role="Rep", Repair=9, Selling=9)
        answers(poll, role="Manager", Repair=9, Selling=9)
        answers(poll, role="VP", Repair=1, Selling=2)

        cells = counted(poll).breakdown.by_role

        assert min(n for _role, _option, n in cells) >= 5
        assert sum(n for _role, _option, n in cells) == 39

    def test_readers_of_several_answers_are_not_counted_twice_in_a_table(self) -> None:
        poll = a_poll(kind=Poll.Kind.MULTIPLE, roles="Rep\nManager")
        for role in ("Rep", "Manager"):
            for _reader in range(8):
                vote(poll, "Repair", "Selling", role=role)

        assert "Answers by role" not in html(poll)

    def test_a_long_scale_is_put_into_thirds(self) -> None:
        points = [str(point) for point in range(1, 11)]
        poll = a_poll(options=points, kind=Poll.Kind.SCALE, roles="Rep\nManager")
        for role in ("Rep", "Manager"):
            for point in ("1", "5", "10"):
                answers(poll, role=role, **{point: 6})

        page = html(poll)

        for third in ("1 to 3", "4 to 7", "8 to 10"):
            assert f'<th scope="row">{third}</th><td>6</td><td>6</td>' in page


class TestReach:
    @pytest.fixture
    def reached(self) -> object:
        return lambda n: hooks.register_temporarily("onward_polls_reach", lambda poll: n)

    def test_the_response_rate_is_told_where_a_project_knows_the_reach(self, reached: object) -> None:
        poll = a_poll()
        answers(poll, Repair=12)

        with reached(400):
            page = html(poll)

        assert "The question reached 400 readers; 3% of them answered." in page

    def test_few_answers_are_no_rate(self, reached: object) -> None:
        poll = a_poll()
        answers(poll, Repair=9)

        with reached(400):
            page = html(poll)

        assert "The question reached 400 readers." in page

    @pytest.mark.parametrize("n", [None, 0, 11])
    def test_what_cannot_be_is_not_said(self, reached: object, n: int | None) -> None:
        poll = a_poll()
        answers(poll, Repair=12)

        with reached(n):
            page = html(poll)

        assert "reached" not in page

    def test_a_hook_that_fails_keeps_nothing_else_from_being_counted(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        poll = a_poll()
        answers(poll, Repair=12)

        with hooks.register_temporarily("onward_polls_reach", lambda poll: 1 // 0):
            page = html(poll)

        assert "12 readers who chose to answer" in page
        assert "onward_polls.reach_failed" in caplog.text


class TestEverywhere:
    def test_the_mail_carries_the_same_numbers(self) -> None:
        poll = a_poll(results_visibility=Visibility.ALWAYS)
        answers(poll, Repair=9, Selling=3)
        poll = counted(poll)

        page, text = poll_results_mail(poll), poll_results_text(poll)

        assert "75%" in page
        assert "<svg" not in page
        assert "- Repair: 9 (75%)" in text
        assert "12 readers who chose to answer" in text

    @pytest.mark.parametrize(
        "visibility", [Visibility.AFTER_VOTING, Visibility.AFTER_CLOSING, Visibility.EDITORS]
    )
    def test_a_mail_shows_nothing_that_its_readers_may_not_see(self, visibility: str) -> None:
        poll = a_poll(results_visibility=visibility)
        answers(poll, Repair=12)
        poll = counted(poll)

        assert poll_results_mail(poll) == poll_results_text(poll) == ""

    def test_the_data_says_what_the_page_says(self, client: object) -> None:
        poll = a_poll(results_visibility=Visibility.ALWAYS, roles="Rep\nManager")
        an_article(poll)
        for role in ("Rep", "Manager"):
            answers(poll, role=role, Repair=8, Selling=8)
        spread(poll, 2, 3, 5)
        counted(poll)

        data = client.get(f"/polls/{poll.pk}/results.json").json()

        assert data["n"] == 32
        assert data["roles"]["rows"] == [["Repair", [8, 8]], ["Selling", [8, 8]]]
        assert [n for _day, n in data["timeline"]["bars"]] == [11, 11, 0, 10]
        assert data["excluded"] == 0
        assert data["then"] is data["moves"] is None


def test_reading_costs_the_same_for_many_answers_as_for_few() -> None:
    poll = a_poll(roles="Rep\nManager")

    def queries() -> int:
        page = Poll.objects.select_related("breakdown", "follows").prefetch_related("options").get(pk=poll.pk)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            str(PollResults(read_tally(page, live=False), poll=page).render_html())
        return len(seen)

    vote(poll, "Repair")
    counted(poll)
    few = queries()
    answers(poll, role="Rep", Repair=20, Selling=20)
    counted(poll)

    assert queries() == few == 1
