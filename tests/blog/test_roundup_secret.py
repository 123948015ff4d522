"""What readers may not see stays out of the roundup, and the author is told so."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from onward_blog.models import RoundupQuote
from onward_blog.responses.canonical import canonical_json
from onward_blog.roundups.actions import compile_roundup
from onward_blog.roundups.errors import NothingSaid
from onward_blog.roundups.next_part import write_next_part
from onward_blog.roundups.reading import Reading
from tests.blog.answers import a_part, a_poll, a_series, accepted, ballots, words


pytestmark = pytest.mark.django_db

EDITORS_ONLY = "1 question is left out: its results are for editors only."
STILL_OPEN = "1 question is left out: it is still open"


@pytest.fixture
def open_poll():
    poll = a_poll("What takes most of your week?")
    ballots(poll, {"Repair": 11})
    return poll


@pytest.fixture
def secret(request):
    poll = a_poll("Would you leave?", ("Gladly", "Never"), **request.param)
    ballots(poll, {"Gladly": 13})
    words(poll, "I am looking around.", credit="Ingrid Solheim")
    return poll


secret_polls = pytest.mark.parametrize(
    ("secret", "why"),
    [
        ({"results_visibility": "editors"}, EDITORS_ONLY),
        (
            {"results_visibility": "editors", "closes_at": timezone.now() - timedelta(days=1)},
            EDITORS_ONLY,
        ),
        ({"results_visibility": "after_closing"}, STILL_OPEN),
        (
            {"results_visibility": "after_closing", "closes_at": timezone.now() + timedelta(days=300)},
            STILL_OPEN,
        ),
    ],
    indirect=["secret"],
)


@secret_polls
def test_published_roundup_holds_nothing_of_a_poll_readers_may_not_see(
    secret, why, open_poll, author, reader
):
    article = a_part(a_series(), body=[("poll", open_poll), ("poll", secret)])
    draft = accepted(write_next_part(article, user=author.user))
    draft.get_latest_revision().publish(user=author.user)
    draft.refresh_from_db()

    roundup = draft.body[1].value["roundup"]

    assert [question.poll_id for question in Reading(roundup.data).questions] == [open_poll.pk]
    assert Reading(roundup.data).answers == 11
    document = canonical_json(roundup.data)
    assert "Would you leave?" not in document
    assert "Gladly" not in document
    assert not RoundupQuote.objects.exists()
    for address in (
        draft.url,
        reverse("onward_blog:roundup", args=[roundup.pk]),
        reverse("onward_blog:roundup_json", args=[roundup.pk]),
    ):
        page = reader.get(address).content.decode()
        assert "Gladly" not in page
        assert "I am looking around." not in page


@secret_polls
def test_author_sees_it_all_and_is_told_what_is_left_out(secret, why, open_poll, author):
    article = a_part(a_series(), body=[("poll", open_poll), ("poll", secret)])

    responses = author.get(reverse("onward_blog_desk:responses", args=[article.pk])).content.decode()
    next_part = author.get(reverse("onward_blog_desk:next_part", args=[article.pk])).content.decode()

    assert "Would you leave?" in responses
    assert "I am looking around." in responses
    assert why in responses
    assert why in next_part
    assert "This freezes 11 answers" in next_part


def test_poll_shown_after_closing_is_in_the_roundup_once_it_has_closed(open_poll):
    closed = a_poll(
        "Would you leave?", results_visibility="after_closing", closes_at=timezone.now() - timedelta(days=1)
    )
    ballots(closed, {"Repair": 13})
    article = a_part(a_series(), body=[("poll", open_poll), ("poll", closed)])

    questions = Reading(compile_roundup(article).data).questions

    assert [question.n for question in questions] == [11, 13]


@pytest.mark.parametrize("secret", [{"results_visibility": "editors"}], indirect=True)
def test_article_with_secret_answers_only_starts_no_draft(secret, author):
    article = a_part(a_series(), body=[("poll", secret)])

    with pytest.raises(NothingSaid, match="Nothing that readers may see was answered"):
        write_next_part(article, user=author.user)

    page = author.get(reverse("onward_blog_desk:next_part", args=[article.pk])).content.decode()
    assert "Nobody has answered yet" not in page
    assert EDITORS_ONLY in page
