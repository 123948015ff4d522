"""What a result says about itself."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.test import Client

from onward_polls.actions import fold_tallies
from onward_polls.components import PollResults, poll_results_mail, poll_results_text
from onward_polls.models import Ballot, Poll
from onward_polls.tally import PollTally, TallyLine, read_tally
from onward_polls.wording import caveats, date_span, who_answered
from tests.polls.factories import a_poll, an_article, closed_a_while_ago, option, vote


pytestmark = pytest.mark.django_db


def answers(poll: Poll, **votes: int) -> PollTally:
    for text, n in votes.items():
        for _reader in range(n):
            vote(poll, text)
    return read_tally(poll)


def html(tally: PollTally, then: PollTally | None = None) -> str:
    return str(PollResults(tally, then).render_html())


def test_under_ten_answers_only_counts_are_shown() -> None:
    page = html(answers(a_poll(), Repair=6, Selling=3))

    assert "%</span>" not in page
    assert "Share" not in page
    assert "With fewer than 10 answers, only the counts are shown." in page


def test_from_ten_answers_on_percentages_come_with_caution() -> None:
    page = html(answers(a_poll(), Repair=6, Selling=4))

    assert "60%" in page
    assert "Fewer than 30 answers" in page


def test_from_thirty_answers_on_no_caution_is_needed() -> None:
    tally = answers(a_poll(), Repair=20, Selling=10)

    assert "Fewer than" not in " ".join(caveats(tally))


def test_nobody_is_called_a_sample_and_no_margin_of_error_is_given() -> None:
    page = html(answers(a_poll(), Repair=40))

    assert "40 readers who chose to answer" in page
    assert "for nobody else" in page
    assert "margin" not in page.lower()


@pytest.mark.parametrize("readers", [1, 12, 40])
def test_wherever_a_result_is_shown_it_says_what_it_is_worth(readers: int, client: Client) -> None:
    poll = a_poll(results_visibility=Poll.ResultsVisibility.ALWAYS)
    answers(poll, Repair=readers)
    fold_tallies()
    article = an_article(poll).get_url()

    shown = [client.get(path).content.decode() for path in (article, f"/polls/{poll.pk}/")]
    shown += [results_of(poll) for results_of in (poll_results_mail, poll_results_text)]
    shown.append(" ".join(client.get(f"/polls/{poll.pk}/results.json").json()["caveats"]))

    for text in shown:
        assert "One vote per browser; not scientific." in text
        assert not re.search(r"±|\+/-|margin of error|statistically|significan", text, re.IGNORECASE)


def test_bars_are_drawn_by_attributes_that_a_strict_policy_allows() -> None:
    page = html(answers(a_poll(), Repair=41, Selling=59))

    assert '<rect class="onward-poll__share" width="41.0%"' in page
    assert "style=" not in page


def test_doors_are_named_when_there_is_more_than_one() -> None:
    poll = a_poll()
    vote(poll, "Repair")
    vote(poll, "Selling", door=Ballot.Door.MAIL)

    assert "1 on the page, 1 from the newsletter." in who_answered(read_tally(poll))


def test_several_answers_are_shares_of_readers_and_not_of_votes() -> None:
    poll = a_poll(kind=Poll.Kind.MULTIPLE)
    for _reader in range(10):
        vote(poll, "Repair", "Selling")

    tally = read_tally(poll)

    assert [line.share for line in tally.lines[:2]] == [1.0, 1.0]
    assert "Readers could give several answers" in " ".join(caveats(tally))


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ((2025, 5, 2), (2025, 5, 14), "2 to 14 May 2025"),
        ((2025, 4, 28), (2025, 5, 3), "28 April to 3 May 2025"),
        ((2024, 12, 30), (2025, 1, 2), "30 December 2024 to 2 January 2025"),
        ((2025, 5, 3), (2025, 5, 3), "3 May 2025"),
    ],
)
def test_dates_are_said_as_people_say_them(
    first: tuple[int, int, int], last: tuple[int, int, int], said: str
) -> None:
    assert date_span(datetime(*first, 9, tzinfo=UTC), datetime(*last, 9, tzinfo=UTC)) == said


def test_a_result_without_answers_says_so_and_draws_nothing() -> None:
    page = html(read_tally(a_poll()))

    assert "Nobody has answered." in page
    assert "<rect" not in page


def test_a_renamed_option_keeps_its_votes_and_says_so() -> None:
    poll = a_poll()
    vote(poll, "Repair")
    renamed = option(poll, "Repair")
    renamed.text, renamed.edited_at = "Repair work", datetime.now(UTC)
    renamed.save()

    page = html(read_tally(poll))

    assert "Repair work" in page
    assert "(wording edited)" in page


def test_a_retired_option_stays_in_the_results_while_it_has_votes() -> None:
    poll = a_poll()
    vote(poll, "Repair")
    for text in ("Repair", "Reports"):
        option(poll, text).delete()

    tally = read_tally(poll)

    assert [(line.text, line.retired) for line in tally.lines] == [
        ("Repair", True),
        ("Selling", False),
        ("Coaching", False),
    ]


class TestAQuestionAskedAgain:
    def test_then_and_now_stand_side_by_side_matched_by_text(self) -> None:
        earlier = a_poll()
        answers(earlier, Repair=30, Selling=10)
        closed_a_while_ago(earlier)
        poll = a_poll("And now?", options=("  repair ", "Selling", "Hiring"), follows=earlier)

        page = html(answers(poll, Selling=20), read_tally(earlier))

        assert "before: 30 (75%)" in page
        assert "not offered before" in page
        assert "compare with care" in page

    def test_the_same_options_need_no_warning(self) -> None:
        earlier = a_poll()
        answers(earlier, Repair=30)
        poll = a_poll("And now?", follows=earlier)

        assert "compare with care" not in html(answers(poll, Repair=12), read_tally(earlier))

    def test_few_earlier_answers_are_counts_too(self) -> None:
        earlier = a_poll()
        answers(earlier, Repair=3)
        poll = a_poll("And now?", follows=earlier)

        page = html(answers(poll, Repair=12), read_tally(earlier))

        assert "before: 3</span>" in page

    def test_the_earlier_readers_are_named_as_others(self) -> None:
        earlier = a_poll()
        answers(earlier, Repair=3)
        poll = a_poll("And now?", follows=earlier)

        assert "They need not be the same readers." in html(answers(poll, Repair=2), read_tally(earlier))


def test_the_readers_own_lines_are_marked() -> None:
    poll = a_poll()
    tally = answers(poll, Repair=1, Selling=1)

    marked = tally.marked({option(poll, "Selling").uuid})

    assert [line.mine for line in marked.lines] == [False, True, False, False]
    assert isinstance(marked.lines[0], TallyLine)


@pytest.mark.parametrize("readers", [2, 12])
def test_where_only_words_are_asked_for_nothing_is_said_of_percentages(readers: int) -> None:
    tally = replace(answers(a_poll(), Repair=readers), kind=Poll.Kind.WORDS)

    assert not any("ewer than" in sentence for sentence in caveats(tally))
