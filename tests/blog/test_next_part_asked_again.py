"""The draft of the next part asks the question again, and says what is not the same about it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from onward_blog.roundups.next_part import write_next_part
from onward_polls.actions.promoting import promote_words
from onward_polls.models import Option, Poll
from tests.blog.answers import MONDAY, a_ballot, a_part, a_poll, a_series, ballots
from tests.blog.editing import form_of_draft


pytestmark = pytest.mark.django_db


@pytest.fixture
def poll():
    poll = a_poll()
    ballots(poll, {"Repair": 12, "Selling": 3})
    return poll


@pytest.fixture
def article(poll):
    return a_part(a_series(), body=[("poll", poll)])


def screen_of(article) -> str:
    return reverse("onward_blog_desk:next_part", args=[article.pk])


def test_author_is_told_that_it_is_asked_again_and_can_word_it(article, poll, author):
    page = author.post(screen_of(article), follow=True).content.decode()

    again = Poll.objects.get(follows=poll)
    assert "At its end it asks again: “What takes most of your week?”" in page
    assert reverse("wagtailsnippets_onward_polls_poll:edit", args=[again.pk]) in page
    assert "they are asked alike." in author.get(screen_of(article)).content.decode()


def test_what_will_be_said_of_the_differences_is_shown_before_readers_see_it(article, poll, author):
    write_next_part(article, user=author.user)
    again = Poll.objects.get(follows=poll)
    again.question = "What took most of last week?"
    again.save()
    Option.objects.create(poll=again, text="Coaching", sort_order=5)

    page = author.get(screen_of(article)).content.decode()

    assert "The question was worded differently before: “What takes most of your week?”" in page
    assert "Not offered before: “Coaching”." in page


def test_what_readers_wrote_beside_other_is_offered_once_it_was_promoted(article, poll, author):
    other = Option.objects.create(poll=poll, text="Other", sort_order=9, is_other=True)
    a_ballot(poll, other, at=MONDAY, words="Ride-alongs")
    Poll.objects.filter(pk=poll.pk).update(closes_at=timezone.now())
    promote_words(Poll.objects.get(pk=poll.pk), "Ride-alongs")

    page = author.post(screen_of(article), follow=True).content.decode()

    again = Poll.objects.get(follows=poll)
    assert "Ride-alongs" in [option.text for option in again.options.all()]
    assert "Readers’ own answer “Ride-alongs” is offered this time." in page
    assert "offered this time: Ride-alongs." in author.get(screen_of(article)).content.decode()


def test_preview_of_the_draft_asks_it(article, poll, author):
    draft = write_next_part(article, user=author.user)
    preview = reverse("wagtailadmin_pages:preview_on_edit", args=[draft.pk])
    author.post(preview, form_of_draft(draft))

    page = author.get(preview).content.decode()

    assert f'id="poll-{Poll.objects.get(follows=poll).pk}"' in page


def test_a_question_the_author_dropped_is_not_asked(article, poll, author):
    draft = write_next_part(article, user=author.user)
    del draft.body[2]
    draft.save_revision()

    assert "Asked again in it" not in author.get(screen_of(article)).content.decode()
