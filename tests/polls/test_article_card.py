"""The poll inside an article: the same bytes for every reader."""

import pytest
from django.test import Client

from onward_polls.actions import fold_tallies
from onward_polls.models import Poll
from tests.polls.conftest import ReaderAtPoll
from tests.polls.factories import a_poll, a_words_poll, an_article, closed_a_while_ago, vote


pytestmark = pytest.mark.django_db


def test_readers_who_answered_differently_get_the_same_article(
    poll: Poll, at_poll: type[ReaderAtPoll]
) -> None:
    page = an_article(poll, a_words_poll())
    ada, bo = at_poll(poll), at_poll(poll)
    ada.answer("Repair")
    bo.answer("Selling")

    responses = [browser.get(page.get_url()) for browser in (ada.browser, bo.browser, Client())]

    assert len({response.content for response in responses}) == 1
    html = responses[0].content.decode()
    assert "csrfmiddlewaretoken" not in html
    assert not responses[2].cookies
    assert f'id="poll-{poll.pk}"' in html


def test_a_vote_changes_the_article_only_when_it_is_folded(client: Client) -> None:
    poll = a_poll(results_visibility=Poll.ResultsVisibility.ALWAYS)
    page = an_article(poll)
    empty = client.get(page.get_url()).content

    vote(poll, "Repair")
    before_fold = client.get(page.get_url()).content
    fold_tallies()
    after_fold = client.get(page.get_url()).content.decode()

    assert before_fold == empty
    assert "Nobody has answered yet." in empty.decode()
    assert "The 1 answer so far" in after_fold


def test_the_form_in_the_article_knows_its_page_and_the_way_back(poll: Poll, client: Client) -> None:
    page = an_article(poll)

    html = client.get(page.get_url()).content.decode()

    assert f'name="page" value="{page.pk}"' in html
    assert f'name="next" value="{page.get_url()}"' in html


def test_every_option_is_a_real_control_in_a_real_form(poll: Poll, client: Client) -> None:
    html = client.get(an_article(poll).get_url()).content.decode()

    assert html.count('type="radio" name="option"') == 4
    assert f'<form class="onward-poll__form" method="post" action="/polls/{poll.pk}/"' in html


def test_a_closed_poll_stands_in_the_article_with_its_result(poll: Poll, client: Client) -> None:
    vote(poll, "Repair")
    fold_tallies()
    closed_a_while_ago(poll)

    html = client.get(an_article(poll).get_url()).content.decode()

    assert "1 reader who chose to answer" in html


def test_a_deleted_poll_leaves_the_article_standing(client: Client) -> None:
    poll = a_poll("Gone soon?")
    page = an_article(poll)
    poll.delete()

    response = client.get(page.get_url())

    assert response.status_code == 200
    assert "Gone soon?" not in response.content.decode()


def test_an_archived_poll_is_no_longer_asked(person: ReaderAtPoll) -> None:
    person.poll.archived_at = person.poll.created_at
    person.poll.save()

    assert "no longer asked" in person.look()
    assert person.answer("Repair").status_code == 409
