"""Who may see a count, and where none may leak."""

import json
import re
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.utils.html import strip_tags

from onward_polls.actions import fold_tallies
from onward_polls.models import Poll
from tests.polls.conftest import FETCH, ReaderAtPoll
from tests.polls.factories import a_poll, an_article, closed_a_while_ago, option, vote


pytestmark = pytest.mark.django_db

#: A number of answers that no date, id or style of a page contains by chance.
MANY = 37
Visibility = Poll.ResultsVisibility


def asked(visibility: str, **fields: Any) -> Poll:
    poll = a_poll(results_visibility=visibility, **fields)
    for _reader in range(MANY):
        vote(poll, "Selling")
    fold_tallies()
    return poll


def speaks_of_counts(response: HttpResponse) -> bool:
    """Whether a reader could find a number of answers, in the text or drawn; ids and tokens are no text."""
    html = response.content.decode()
    said = re.search(rf"\b({MANY}|{MANY + 1}|100%|97%|who chose to answer)\b", strip_tags(html))
    return bool(said) or "<rect" in html


def everywhere(poll: Poll, browser: Client) -> list[HttpResponse]:
    """Return every answer in which a count of this poll could stand."""
    page = an_article(poll)
    here = f"/polls/{poll.pk}/"
    return [
        browser.get(page.get_url()),
        browser.get(here),
        browser.get(here, headers=FETCH),
        browser.get(f"{here}?change=1"),
        browser.get(f"{here}results.json"),
        browser.get(f"/reader/{page.pk}/"),
        browser.post(here, {"option": str(option(poll, "Repair").uuid)}),
        browser.post(here, {"option": "nonsense"}),
    ]


@pytest.mark.parametrize(
    "visibility", [Visibility.AFTER_VOTING, Visibility.AFTER_CLOSING, Visibility.EDITORS]
)
def test_no_count_leaks_to_a_reader_who_has_not_voted(visibility: str) -> None:
    responses = everywhere(asked(visibility), Client())

    assert [response.request["PATH_INFO"] for response in responses if speaks_of_counts(response)] == []


@pytest.mark.parametrize("visibility", [Visibility.AFTER_CLOSING, Visibility.EDITORS])
def test_no_count_leaks_to_a_reader_who_has_voted_either(
    visibility: str, at_poll: type[ReaderAtPoll]
) -> None:
    poll = asked(visibility)
    an_article(poll)
    reader = at_poll(poll)
    answered = reader.answer("Repair", **FETCH)

    responses = [answered, *everywhere(poll, reader.browser)]

    assert [response.request["PATH_INFO"] for response in responses if speaks_of_counts(response)] == []
    assert "Your vote is in" in answered.content.decode()


def test_results_show_after_voting(at_poll: type[ReaderAtPoll]) -> None:
    poll = asked(Visibility.AFTER_VOTING)
    an_article(poll)
    reader = at_poll(poll)

    assert speaks_of_counts(reader.answer("Repair", **FETCH))
    assert reader.browser.get(f"/polls/{poll.pk}/results.json").json()["n"] == MANY + 1


def test_an_answer_taken_back_closes_the_results_again(at_poll: type[ReaderAtPoll]) -> None:
    poll = asked(Visibility.AFTER_VOTING)
    an_article(poll)
    reader = at_poll(poll)
    reader.answer("Repair")

    taken_back = reader.send("withdraw/", {}, **FETCH)

    assert not speaks_of_counts(taken_back)
    assert reader.browser.get(f"/polls/{poll.pk}/results.json").status_code == 403


@pytest.mark.parametrize("visibility", [Visibility.AFTER_VOTING, Visibility.AFTER_CLOSING])
def test_closing_shows_the_results_to_everybody(visibility: str, client: Client) -> None:
    poll = closed_a_while_ago(asked(visibility))
    an_article(poll)

    assert speaks_of_counts(client.get(f"/polls/{poll.pk}/"))
    assert client.get(f"/polls/{poll.pk}/results.json").json()["n"] == MANY


def test_closing_shows_nothing_of_a_poll_for_editors_only(client: Client) -> None:
    poll = closed_a_while_ago(asked(Visibility.EDITORS))

    assert not any(speaks_of_counts(response) for response in everywhere(poll, client))


def test_hidden_results_answer_the_same_bytes_before_and_after_votes(client: Client) -> None:
    poll = asked(Visibility.AFTER_VOTING)
    an_article(poll)
    address = f"/polls/{poll.pk}/results.json"
    before = client.get(address)

    vote(poll, "Repair")
    fold_tallies()

    after = client.get(address)
    assert before.status_code == after.status_code == 403
    assert before.content == after.content
    assert "ETag" not in before.headers
    assert "ETag" not in after.headers
    assert "no-store" in after["Cache-Control"]


def test_always_visible_results_can_be_cached_and_revalidated(client: Client) -> None:
    poll = asked(Visibility.ALWAYS)
    an_article(poll)
    address = f"/polls/{poll.pk}/results.json"
    first = client.get(address)

    vote(poll, "Repair")
    unchanged = client.get(address, headers={"If-None-Match": first["ETag"]})
    fold_tallies()
    changed = client.get(address, headers={"If-None-Match": first["ETag"]})

    assert "public" in first["Cache-Control"]
    assert not first.cookies
    assert unchanged.status_code == 304
    assert json.loads(changed.content)["n"] == MANY + 1


def test_an_earlier_poll_does_not_leak_through_the_one_that_asks_again(at_poll: type[ReaderAtPoll]) -> None:
    earlier = asked(Visibility.EDITORS)
    poll = a_poll(follows=earlier)
    an_article(poll)

    html = at_poll(poll).answer("Repair", **FETCH).content.decode()

    assert "who chose to answer" in html
    assert not re.search(rf"\b{MANY}\b|before", strip_tags(html), re.IGNORECASE)


@pytest.mark.parametrize(
    "visibility", [Visibility.AFTER_VOTING, Visibility.AFTER_CLOSING, Visibility.EDITORS]
)
def test_hidden_results_have_the_same_size_and_tag_everywhere_before_and_after_votes(visibility: str) -> None:
    poll = asked(visibility)
    page = an_article(poll)
    paths = [
        page.url,
        page.url + "?x=1",
        "/feed/",
        page.get_parent().url + "feed/",
        "/sitemap.xml",
        f"/polls/{poll.pk}/",
        f"/polls/{poll.pk}/results.json",
        f"/polls/{poll.pk}/embed/",
        f"/reader/{page.pk}/",
        "/polls/mine/",
    ]

    def look() -> list[tuple[str, int, str, str]]:
        # A feed says when it was made; the clock stands still, so that nothing but votes could make a difference.
        with time_machine.travel("2026-05-04 09:00+00:00", tick=False):
            answers = [(path, Client().get(path)) for path in paths]
        return [
            (path, answer.status_code, answer.headers.get("ETag", ""), str(len(answer.content)))
            for path, answer in answers
        ]

    look()
    before = look()
    for _reader in range(MANY):
        vote(poll, "Repair")
    fold_tallies()

    assert look() == before


def test_other_sites_may_read_only_what_everybody_may_see(at_poll: type[ReaderAtPoll]) -> None:
    always, voted = asked(Visibility.ALWAYS), asked(Visibility.AFTER_VOTING)
    an_article(always, voted)
    reader = at_poll(voted)
    foreign = {"Origin": "https://partner.example"}

    def allowed(poll: Poll, **headers: str) -> str | None:
        path = f"/polls/{poll.pk}/results.json"
        return reader.browser.get(path, headers=foreign | headers).headers.get("Access-Control-Allow-Origin")

    tag = reader.browser.get(f"/polls/{always.pk}/results.json")["ETag"]
    before = allowed(voted)
    reader.answer("Repair")
    own = allowed(voted)
    closed_a_while_ago(voted)

    assert (before, own, allowed(voted)) == (None, None, "*")
    assert (allowed(always), allowed(always, **{"If-None-Match": tag})) == ("*", "*")


def test_the_tally_is_in_no_api_for_readers() -> None:
    poll = asked(Visibility.EDITORS)
    page = an_article(poll)

    for path in (
        f"/api/v2/pages/{page.pk}/",
        f"/api/v2/polls/{poll.pk}/",
        f"/admin/api/main/pages/{page.pk}/",
    ):
        response = Client().get(path)
        assert response.status_code != 200
        assert not speaks_of_counts(response)


def test_a_preview_shows_an_editor_no_more_than_the_page_does(author: Any) -> None:
    poll = asked(Visibility.AFTER_CLOSING)
    page = an_article(poll)
    page.save_revision()

    response = author.get(f"/admin/pages/{page.pk}/view_draft/")

    assert response.status_code == 200
    assert not speaks_of_counts(response)
