"""A reader allows less of a name, or other words, after a sentence was quoted in a published part."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from onward_blog.roundups.actions import compile_roundup
from onward_polls.actions import add_words, answer_permission
from onward_polls.ballots.merging import link_keys
from onward_polls.models import Ballot, Poll
from tests.blog.answers import a_part, a_poll, a_series, words


pytestmark = pytest.mark.django_db

Commit = Callable[..., Any]


@pytest.fixture
def poll() -> Poll:
    return a_poll()


@pytest.fixture
def ballot(poll: Poll) -> Ballot:
    return words(poll, "I repair what others drop.", credit="Ingrid Solheim")


@pytest.fixture
def part(poll: Poll, ballot: Ballot) -> Any:
    """A published part that quotes the sentence under the reader's name."""
    series = a_series()
    asked = a_part(series, body=[("poll", poll)])
    asked.save_revision().publish()
    roundup = compile_roundup(asked)
    part = a_part(
        series,
        "What you said",
        body=[("roundup", {"roundup": roundup, "quotes": list(roundup.quotes.all())})],
    )
    part.save_revision().publish()
    assert "Ingrid Solheim" in read(part)
    return part


def read(part: Any) -> str:
    return Client().get(part.get_url()).content.decode()


@pytest.mark.parametrize(("consent", "left"), [("initials", "I. S."), ("anonymous", "a reader")])
def test_a_quote_loses_the_name_that_is_no_longer_allowed(
    part: Any, ballot: Ballot, consent: str, left: str, django_capture_on_commit_callbacks: Commit
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer_permission(ballot, consent=consent, credit="Ingrid Solheim")

    page = read(part)
    assert "Solheim" not in page
    assert "I repair what others drop." in page
    assert left in page


def test_the_words_form_lowers_it_too(
    part: Any, ballot: Ballot, django_capture_on_commit_callbacks: Commit
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        add_words(ballot, words=ballot.words, consent="anonymous")

    assert "Solheim" not in read(part)


def test_another_name_takes_the_old_one_away_and_does_not_print_itself(
    part: Any, ballot: Ballot, django_capture_on_commit_callbacks: Commit
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer_permission(ballot, consent="name", credit="Buy at example.org")

    page = read(part)
    assert "Solheim" not in page
    assert "example.org" not in page
    assert "I repair what others drop." in page


def test_more_of_a_name_is_not_printed_by_itself(
    part: Any, ballot: Ballot, django_capture_on_commit_callbacks: Commit
) -> None:
    for consent in ("initials", "name"):
        with django_capture_on_commit_callbacks(execute=True):
            answer_permission(ballot, consent=consent, credit="Ingrid Solheim")

    page = read(part)
    assert "Solheim" not in page
    assert "I. S." in page


def test_a_sentence_that_was_rewritten_is_not_quoted_any_more(
    part: Any, ballot: Ballot, django_capture_on_commit_callbacks: Commit
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        add_words(ballot, words="I sell.", consent="name", credit="Ingrid Solheim")

    page = read(part)
    assert "I repair what others drop." not in page
    assert "I sell." not in page
    assert "took it back" in page


def test_words_that_give_way_to_others_of_the_same_reader_are_not_quoted_any_more(
    part: Any, poll: Poll, ballot: Ballot, django_capture_on_commit_callbacks: Commit
) -> None:
    later = words(poll, "I sell.", consent="none")
    Ballot.objects.filter(pk=later.pk).update(changed_at=later.cast_at.replace(year=2030))

    with django_capture_on_commit_callbacks(execute=True):
        link_keys(poll, ballot.reader_key, later.reader_key)

    assert not Ballot.objects.filter(pk=ballot.pk).exists()
    assert "I repair what others drop." not in read(part)
