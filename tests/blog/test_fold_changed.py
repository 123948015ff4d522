"""A fold visits the articles of which something has changed, and finds that out from the database alone."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from onward_blog.comments.moderating import decide
from onward_blog.models import ResponseFold, ShareCount
from onward_blog.responses.folding import REVISIT, fold_changed, fold_responses
from onward_polls.actions import exclude_ballots, fold_tallies, withdraw_consent
from onward_polls.ballots.ballot_box import contribution, note_change
from onward_polls.models import Ballot, Option, Poll, Theme, WordsNote
from tests.blog.answers import a_ballot, a_part, a_poll, a_series, ballots, words
from tests.blog.discussion import a_held, a_public


pytestmark = pytest.mark.django_db


class Scene:
    """Two articles with a poll each; only the first one lives on."""

    def __init__(self):
        self.poll = a_poll()
        series = a_series()
        self.article = a_part(series, body=[("poll", self.poll)])
        self.other = a_part(series, body=[("poll", a_poll("And then?"))])
        self.ballots = ballots(self.poll, {"Repair": 3})
        self.sentence = words(self.poll, "I stopped forwarding mails.")
        self.theme = Theme.objects.create(poll=self.poll, name="Mails")
        self.held = a_held(self.article, "Is it me?")
        self.public = a_public(self.article, "It is the work.", address="other@example.org")


@pytest.fixture
def scene():
    return Scene()


def in_full(article):
    return ResponseFold.objects.get(page=article.pk).data


def vote(scene):
    a_ballot(scene.poll, scene.poll.options.last())


def change_a_vote(scene):
    first, last = scene.poll.options.first(), scene.poll.options.last()
    ballot = scene.ballots[0]
    ballot.votes.update(option=last)
    note_change(scene.poll, contribution(ballot, [first.pk]), contribution(ballot, [last.pk]))


def write_words(scene):
    Ballot.objects.filter(pk=scene.ballots[0].pk).update(words="So did I.")


def take_consent_back(scene):
    withdraw_consent(scene.sentence)


def set_aside(scene):
    exclude_ballots(scene.ballots[:1], None)


def sort_a_sentence(scene):
    WordsNote.objects.create(ballot=scene.sentence, theme=scene.theme)


def comment(scene):
    decide([scene.held.comment_id], "approve")


def take_a_comment_down(scene):
    decide([scene.public.comment_id], "spam")


def share(scene):
    ShareCount.objects.create(page=scene.article, channel="mail", day=timezone.now().date(), clicks=1)


def close_the_poll(scene):
    Poll.objects.filter(pk=scene.poll.pk).update(closes_at=timezone.now() - timedelta(seconds=1))


def ask_something_else(scene):
    Poll.objects.filter(pk=scene.poll.pk).update(question="What takes most of your month?")


def take_the_poll_out(scene):
    scene.article.body = [("paragraph", "<p>No question.</p>")]
    scene.article.save_revision().publish()


@pytest.mark.parametrize(
    "happens",
    [
        vote,
        change_a_vote,
        write_words,
        take_consent_back,
        set_aside,
        sort_a_sentence,
        comment,
        take_a_comment_down,
        share,
        close_the_poll,
        ask_something_else,
        take_the_poll_out,
    ],
)
def test_whatever_happens_is_found_without_a_signal(scene, happens: Callable[[Scene], None]):
    fold_changed()
    before = in_full(scene.article)

    happens(scene)
    changed = fold_changed()

    after = in_full(scene.article)
    fold_responses()
    assert changed == 1
    assert after != before
    assert in_full(scene.article) == after


def test_folding_tallies_alone_changes_what_readers_see(scene):
    scene.poll.results_visibility = "always"
    scene.poll.save()
    fold_changed()

    fold_tallies()

    assert fold_changed() == 1


def test_what_did_not_change_is_not_visited(scene, django_assert_max_num_queries):
    for number in range(20):
        a_part(a_series(), f"Part {number}", body=[("poll", a_poll())])
    fold_changed()
    visited = dict(ResponseFold.objects.values_list("page_id", "visited_at"))

    with django_assert_max_num_queries(14):
        assert fold_changed() == 0

    assert dict(ResponseFold.objects.values_list("page_id", "visited_at")) == visited


def test_what_no_mark_shows_is_found_when_its_turn_comes(scene):
    fold_changed()
    Option.objects.filter(poll=scene.poll, text="Repair").update(text="Repairs")
    assert fold_changed() == 0

    ResponseFold.objects.update(visited_at=timezone.now() - REVISIT)

    assert fold_changed() == 1
    [group] = in_full(scene.article)["polls"]["groups"]
    assert group["lines"][0]["text"] == "Repairs"


def test_a_fold_counts_no_ballots(scene):
    fold_responses([scene.article])
    with CaptureQueriesContext(connection) as few:
        fold_responses([scene.article])

    ballots(scene.poll, {"Repair": 50, "Selling": 50})
    with CaptureQueriesContext(connection) as many:
        fold_responses([scene.article])

    assert in_full(scene.article)["polls"]["total"] == 104
    assert len(many) == len(few)
    assert not [query["sql"] for query in many if "onward_polls_vote" in query["sql"]]
