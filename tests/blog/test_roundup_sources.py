"""What counts as a response: ours, and what a project adds."""

from collections import Counter
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from wagtail import hooks

from onward_blog import versions
from onward_blog.comments.moderating import decide
from onward_blog.models import ResponseFold, ResponseWindow, ShareCount
from onward_blog.responses.aggregating import aggregate_responses
from onward_blog.responses.base import Group, Line, ResponseSource, ResponseSummary
from onward_blog.responses.folding import fold_changed, fold_responses
from onward_blog.responses.people import initials
from onward_blog.responses.polls import polls_of
from onward_blog.responses.registry import HOOK, response_sources
from onward_blog.roundups.actions import compile_roundup
from onward_blog.roundups.reading import Reading
from onward_polls.actions import fold_tallies, rebuild_tallies
from tests.blog.answers import MONDAY, a_ballot, a_part, a_poll, a_series, ballots
from tests.blog.discussion import a_held, a_public


pytestmark = pytest.mark.django_db


class LetterSource:
    """A project's own source: letters that came by post, one a day from Monday on."""

    slug = "letters"
    label = "Letters"

    def __init__(self, moods="pccpccc"):
        self.letters = [(MONDAY + timedelta(days=number), mood) for number, mood in enumerate(moods)]

    def moods(self, since, until):
        found = [
            mood for at, mood in self.letters if (not since or since <= at) and (not until or at < until)
        ]
        return Counter(found)

    def summarise(self, article, *, since=None, until=None):
        moods = self.moods(since, until)
        lines = (Line("praise", "Praise", moods["p"]), Line("complaints", "Complaints", moods["c"]))
        n = moods.total()
        group = Group("letters", "By post", "letters", n, lines)
        return ResponseSummary("letters", "Letters", n, (group,), first_at=MONDAY)

    def numbers(self, article, since, until):
        return {"letters": self.moods(since, until).total()}

    def quotes(self, article, *, since=None, until=None):
        return []

    def shown(self, article):
        return None


@pytest.fixture
def fresh_registry():
    response_sources.cache_clear()
    yield
    response_sources.cache_clear()


@pytest.fixture
def poll():
    return a_poll(results_visibility="always")


@pytest.fixture
def article(poll):
    return a_part(a_series(), body=[("poll", poll)])


def folded(django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        fold_tallies()
        fold_responses()


def test_our_sources_are_polls_comments_questions_and_shares():
    assert list(response_sources()) == ["polls", "comments", "questions", "shares"]
    assert all(isinstance(source, ResponseSource) for source in response_sources().values())


def test_a_project_s_source_is_in_the_roundup(article, fresh_registry):
    with hooks.register_temporarily(HOOK, LetterSource):
        reading = Reading(compile_roundup(article).data)

    assert reading.total("letters") == 7
    assert [source["label"] for source in reading.others] == ["Letters"]


def test_a_project_s_source_has_a_column_of_its_own_in_the_windows(article, poll, fresh_registry):
    a_ballot(poll, poll.options.first(), at=MONDAY + timedelta(days=1))

    with hooks.register_temporarily(HOOK, LetterSource):
        aggregate_responses()

    rows = ResponseWindow.objects.filter(page=article.pk)
    assert [row.numbers["letters"] for row in rows] == [1] * 7
    assert [row.numbers["answers"] for row in rows] == [0, 1, 0, 0, 0, 0, 0]


def test_a_source_that_counts_what_another_counts_is_refused(article, poll, fresh_registry):
    ballots(poll, {"Repair": 1})
    greedy = LetterSource()
    greedy.numbers = lambda article, since, until: {"answers": 7}

    with (
        hooks.register_temporarily(HOOK, lambda: greedy),
        pytest.raises(ImproperlyConfigured, match=r"counts \['answers'\], which another one counts"),
    ):
        aggregate_responses()


def test_a_source_that_cannot_say_what_has_changed_is_asked_every_time(article, fresh_registry):
    letters = LetterSource()
    with hooks.register_temporarily(HOOK, lambda: letters):
        fold_changed()
        letters.letters.append((MONDAY, "p"))
        fold_changed()

    assert ResponseFold.objects.get().data["letters"]["total"] == 8


def test_two_sources_of_one_name_are_refused(fresh_registry):
    with (
        hooks.register_temporarily(HOOK, LetterSource),
        hooks.register_temporarily(HOOK, lambda: LetterSource()),
        pytest.raises(ImproperlyConfigured, match="'letters'"),
    ):
        response_sources()


def test_poll_shown_twice_is_counted_once(poll):
    article = a_part(a_series(), body=[("poll", poll), ("paragraph", "<p>Again:</p>"), ("poll", poll)])
    ballots(poll, {"Repair": 3})

    assert polls_of(article) == [poll]
    assert Reading(compile_roundup(article).data).answers == 3


def test_fold_bumps_the_page_when_a_public_tally_moved(article, poll, django_capture_on_commit_callbacks):
    folded(django_capture_on_commit_callbacks)
    before = versions.current(article.pk)

    ballots(poll, {"Repair": 3})
    rebuild_tallies()
    folded(django_capture_on_commit_callbacks)

    assert versions.current(article.pk) != before


def test_fold_leaves_the_page_alone_when_readers_see_nothing_new(
    article, poll, django_capture_on_commit_callbacks
):
    poll.results_visibility = "editors"
    poll.save(update_fields=["results_visibility"])
    folded(django_capture_on_commit_callbacks)
    before = versions.current(article.pk)

    ballots(poll, {"Repair": 3})
    folded(django_capture_on_commit_callbacks)

    assert ResponseFold.objects.get().data["polls"]["total"] == 3
    assert versions.current(article.pk) == before


def test_fold_counts_shares_and_arrivals(article):
    ShareCount.objects.create(page=article, channel="mail", day=MONDAY.date(), clicks=3, arrivals=9)
    ShareCount.objects.create(
        page=article, channel="mail", day=MONDAY.date() + timedelta(days=1), clicks=1, arrivals=2
    )

    fold_responses()

    shares = ResponseFold.objects.get().data["shares"]
    assert (shares["total"], shares["facts"]) == (4, {"arrivals": 11})


@pytest.mark.parametrize(
    ("name", "short"),
    [("Maria Keller, Graz", "M. K."), ("V. S.", "V. S."), ("olu", "O."), ("", "")],
)
def test_initials_say_no_more_than_initials(name, short):
    assert initials(name) == short


def test_public_comments_become_quotes_and_open_questions(article):
    a_public(article, "I coach on Fridays.")
    a_public(article, "Did your results change?", name="Priya N.", address="priya@example.org")
    held = a_held(article, "Nobody has looked at this one.", name="Sam", address="sam@example.org")

    roundup = compile_roundup(article)

    reading = Reading(roundup.data)
    words = {(quote.source, quote.source_key): quote.words for quote in roundup.quotes.all()}
    assert reading.total("comments") == 2
    assert [words[ref] for ref in reading.quote_refs("comment")] == ["I coach on Fridays."]
    assert [words[ref] for ref in reading.quote_refs("question")] == ["Did your results change?"]
    assert str(held.comment_id) not in {key for _source, key in words}


def test_comment_that_is_taken_down_is_gone_from_every_roundup(article, django_capture_on_commit_callbacks):
    state = a_public(article, "I coach on Fridays.")
    roundup = compile_roundup(article)

    with django_capture_on_commit_callbacks(execute=True):
        decide([state.comment_id], "reject")

    quote = roundup.quotes.get()
    assert (quote.words, quote.credit) == ("", "")
    assert quote.withdrawn_at is not None
