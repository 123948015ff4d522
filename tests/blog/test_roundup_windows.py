"""What readers said is counted by windows, and frozen."""

import itertools
from datetime import timedelta

import pytest

from onward_blog.comments.moderating import decide
from onward_blog.models import Roundup, ShareCount
from onward_blog.responses.canonical import canonical_json
from onward_blog.responses.windows import safe_cut_off
from onward_blog.roundups.actions import compile_roundup
from onward_blog.roundups.reading import Reading
from tests.blog.answers import MONDAY, a_part, a_poll, a_series, ballots, words
from tests.blog.discussion import a_held


pytestmark = pytest.mark.django_db


@pytest.fixture
def poll():
    return a_poll()


@pytest.fixture
def article(poll):
    return a_part(a_series(), body=[("paragraph", "<p>A claim.</p>"), ("poll", poll)])


def test_roundup_counts_each_option_as_the_ballots_do(article, poll):
    ballots(poll, {"Repair": 12, "Selling": 7})

    question = Reading(compile_roundup(article).data).questions[0]

    assert (question.wording, question.n) == (poll.question, 19)
    assert [(line.text, line.count, line.percent) for line in question.lines] == [
        ("Repair", 12, 63),
        ("Selling", 7, 37),
    ]


def test_an_answer_at_the_end_of_a_window_belongs_to_the_next(article, poll):
    ballots(poll, {"Repair": 3}, at=MONDAY)
    end = MONDAY + timedelta(minutes=2)

    before = Reading(compile_roundup(article, until=end).data)
    after = Reading(compile_roundup(article, since=end, until=MONDAY + timedelta(days=1)).data)

    assert (before.answers, after.answers) == (2, 1)


def test_windows_add_up_to_the_whole(article, poll):
    ballots(poll, {"Repair": 30, "Selling": 11})
    cuts = [None, *(MONDAY + timedelta(minutes=n) for n in (5, 17, 40)), MONDAY + timedelta(days=9)]

    parts = [Reading(compile_roundup(article, since=a, until=b).data) for a, b in itertools.pairwise(cuts)]
    whole = Reading(compile_roundup(article).data)

    counted = [[line.count for line in part.questions[0].lines] for part in parts if part.questions]
    assert [sum(column) for column in zip(*counted, strict=True)] == [
        line.count for line in whole.questions[0].lines
    ]


def test_shares_count_by_the_day_that_ends_in_the_window(article):
    for day, clicks in ((3, 1), (4, 10), (5, 100)):
        ShareCount.objects.create(
            page=article, channel="mail", day=MONDAY.replace(day=day).date(), clicks=clicks
        )

    of_monday = compile_roundup(article, since=MONDAY.replace(hour=0), until=MONDAY.replace(day=5, hour=0))

    assert Reading(of_monday.data).total("shares") == 10


def test_shares_of_a_day_that_is_not_over_wait_for_the_next_window(article):
    shared = ShareCount.objects.create(page=article, channel="mail", day=MONDAY.date(), clicks=3)
    noon, later = MONDAY.replace(hour=12), MONDAY + timedelta(days=2)

    before = compile_roundup(article, until=noon)
    shared.clicks = 5
    shared.save()
    after = compile_roundup(article, since=noon, until=later)

    assert [Reading(roundup.data).total("shares") for roundup in (before, after)] == [0, 5]


def test_a_comment_that_waited_for_its_author_is_in_the_next_window(article):
    held = a_held(article, "Is it me, or is it the work?")
    before = compile_roundup(article)
    until = safe_cut_off()

    decide([held.comment_id], "approve")
    after = compile_roundup(article, since=until)

    assert [Reading(roundup.data).total("comments") for roundup in (before, after)] == [0, 1]


def test_a_window_that_is_not_over_ends_with_its_last_answer(article, poll):
    ballots(poll, {"Repair": 4})

    roundup = compile_roundup(article, until=safe_cut_off() + timedelta(days=1))

    assert roundup.until == MONDAY + timedelta(minutes=3, microseconds=1)


def test_compiling_again_finds_the_same_row(article, poll):
    ballots(poll, {"Repair": 4})
    words(poll, "I stopped forwarding mails.", at=MONDAY + timedelta(hours=1))

    first, again = compile_roundup(article), compile_roundup(article)

    assert first.pk == again.pk
    assert Roundup.objects.get(pk=first.pk).quotes.count() == 1


def test_a_late_vote_changes_no_roundup_but_makes_a_new_one(article, poll):
    ballots(poll, {"Repair": 4})
    first = compile_roundup(article)
    frozen = canonical_json(first.data)

    ballots(poll, {"Selling": 1}, at=MONDAY + timedelta(days=2))
    second = compile_roundup(article)

    first.refresh_from_db()
    assert canonical_json(first.data) == frozen
    assert second.pk != first.pk
    assert Reading(second.data).answers == 5


def test_renaming_an_option_or_deleting_the_poll_changes_nothing_published(article, poll):
    ballots(poll, {"Repair": 4})
    roundup = compile_roundup(article)
    frozen = canonical_json(roundup.data)

    poll.options.update(text="Something else")
    article.body = []
    article.save()
    poll.ballots.all().delete()
    poll.delete()

    roundup.refresh_from_db()
    assert canonical_json(roundup.data) == frozen


def test_withdrawn_ballots_are_not_counted(article, poll):
    _kept, gone = ballots(poll, {"Repair": 2})
    gone.withdrawn_at = MONDAY
    gone.save(update_fields=["withdrawn_at"])

    assert Reading(compile_roundup(article).data).answers == 1


def test_only_sentences_whose_writers_agreed_become_quotes(article, poll):
    words(poll, "Yes, with my name.", consent="name", credit="Ingrid Solheim")
    words(poll, "Initials, please.", consent="initials", credit="Vikram Shetty")
    words(poll, "Without a name.", consent="anonymous", credit="")
    words(poll, "Keep this to yourself.", consent="none", credit="")

    roundup = compile_roundup(article)

    assert set(roundup.quotes.values_list("words", "credit")) == {
        ("Yes, with my name.", "Ingrid Solheim"),
        ("Initials, please.", "V. S."),
        ("Without a name.", ""),
    }
    assert Reading(roundup.data).questions[0].words == 4


def test_no_word_of_a_reader_is_in_the_document(article, poll):
    words(poll, "Only in its own row, so that it can go.")

    roundup = compile_roundup(article)

    assert "Only in its own row" not in canonical_json(roundup.data)


def test_few_answers_have_counts_and_no_percentages(article, poll):
    ballots(poll, {"Repair": 6, "Selling": 3})

    question = Reading(compile_roundup(article).data).questions[0]

    assert [line.percent for line in question.lines] == [None, None]


def test_an_article_without_answers_has_an_empty_roundup(article):
    first, again = compile_roundup(article), compile_roundup(article)

    assert Reading(first.data).is_empty
    assert first.inputs_hash != ""
    assert again.page_id == article.pk
