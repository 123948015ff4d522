"""A poll in a frame on somebody else's page."""

import re
from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client

from onward_polls.actions import fold_tallies
from onward_polls.models import Ballot, Poll
from onward_polls.tally import read_tally
from tests.polls.conftest import ReaderAtPoll
from tests.polls.factories import a_poll, an_article, closed_a_while_ago, vote


pytestmark = pytest.mark.django_db

PARTNER = "https://partner.example"


@pytest.fixture
def framed(poll: Poll, settings: Any) -> Poll:
    """A poll that one other site may show."""
    settings.ONWARD_POLLS = {**settings.ONWARD_POLLS, "EMBED_ORIGINS": [PARTNER]}
    return poll


def embed(poll: Poll, browser: Client | None = None) -> Any:
    return (browser or Client()).get(f"/polls/{poll.pk}/embed/")


def ancestors(response: Any) -> str:
    found = re.search(r"frame-ancestors ([^;]*)", response["Content-Security-Policy"])
    assert found is not None
    return found[1]


def test_by_default_no_site_may_frame_a_poll(poll: Poll) -> None:
    response = embed(poll)

    assert response.status_code == 404
    assert ancestors(response) == "'self'"
    assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_a_site_that_is_named_may_and_nobody_else(framed: Poll) -> None:
    response = embed(framed)

    assert response.status_code == 200
    assert ancestors(response) == f"'self' {PARTNER}"
    assert "X-Frame-Options" not in response.headers


@pytest.mark.parametrize("path", ["", "results.json"])
def test_everything_else_stays_unframed(framed: Poll, path: str) -> None:
    response = Client().get(f"/polls/{framed.pk}/{path}")

    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert PARTNER not in response.headers.get("Content-Security-Policy", "")


def test_the_frame_has_no_cookie_no_script_and_no_token(framed: Poll) -> None:
    response = embed(framed)

    html = response.content.decode()
    assert not response.cookies
    assert "<script" not in html
    assert "csrfmiddlewaretoken" not in html
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert 'target="_blank"' in html


def test_the_frame_is_the_same_for_a_reader_who_has_answered(framed: Poll, person: ReaderAtPoll) -> None:
    before = embed(framed, person.browser).content

    person.answer("Repair")

    assert embed(framed, person.browser).content == before


def test_an_answer_from_a_frame_is_confirmed_on_our_own_page_and_counts_once(
    framed: Poll, person: ReaderAtPoll
) -> None:
    html = embed(framed).content.decode()
    form = re.search(r'<form[^>]*action="([^"]+)"[^>]*>', html)
    assert form is not None
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))
    fields["option"] = re.findall(r'name="option" value="([^"]+)"', html)[1]

    confirm = person.browser.post(form[1], fields)
    counted_before = Ballot.objects.count()
    page = confirm.content.decode()
    again = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    person.browser.post(form[1], {**again, "option": fields["option"]})

    assert (fields["door"], again["door"], counted_before) == ("embed", "embed", 0)
    assert read_tally(framed).by_door == {"embed": 1}
    person.token = person.browser.cookies["csrftoken"].value
    person.answer("Repair")
    assert Ballot.objects.count() == 1


def test_nobody_can_say_embed_where_no_frame_is_allowed(person: ReaderAtPoll) -> None:
    for _press in range(2):
        person.send("", {"option": str(person.poll.options.first().uuid), "door": "embed"})

    assert Ballot.objects.get().door == "web"


def test_hidden_counts_are_not_in_the_frame(framed: Poll) -> None:
    for _reader in range(37):
        vote(framed, "Repair")
    before = embed(framed).content
    fold_tallies()

    after = embed(framed)

    assert after.content == before
    assert "<rect" not in after.content.decode()


def test_a_closed_poll_shows_its_result_and_leads_to_the_article(framed: Poll) -> None:
    vote(framed, "Repair")
    fold_tallies()
    closed_a_while_ago(framed)

    html = embed(framed).content.decode()

    assert "1 reader who chose to answer" in html
    assert "<form" not in html
    assert 'target="_blank">Read' in html


def test_a_poll_on_no_public_page_is_not_framed(framed: Poll) -> None:
    assert embed(a_poll("Nowhere?")).status_code == 404
    hidden = a_poll("Draft?")
    an_article(hidden, live=False)
    assert embed(hidden).status_code == 404


def test_the_author_gets_code_to_copy(framed: Poll) -> None:
    html = Template("{% load onward_polls_tags %}{% embed_code poll %}").render(Context({"poll": framed}))

    assert f"&lt;iframe src=&quot;http://127.0.0.1:8000/polls/{framed.pk}/embed/&quot;" in html
    assert f"title=&quot;{framed.question}&quot;" in html
    assert PARTNER in html


def test_a_question_with_quotes_stays_inside_the_title(framed: Poll) -> None:
    from onward_polls.components.embed import embed_code_of

    framed.question = '"><script>alert(1)</script>'

    assert "<script>" not in embed_code_of(framed)


@pytest.mark.parametrize(
    "wrong", ["*", "partner.example", f"{PARTNER}/path", f"{PARTNER}; script-src *", "'self'"]
)
def test_an_origin_that_is_none_is_an_error_at_start(settings: Any, wrong: str) -> None:
    from onward_polls.checks import check_embed_origins

    settings.ONWARD_POLLS = {"EMBED_ORIGINS": [wrong, PARTNER]}

    assert [error.id for error in check_embed_origins(None)] == ["onward_polls.E002"]
