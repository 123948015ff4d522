"""A reader answers a poll."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from onward_polls import signals
from onward_polls.actions import cast_ballot
from onward_polls.errors import BallotIncomplete, PollNotOpen, UnknownOption
from onward_polls.models import Ballot, Poll, TallyDelta, Vote
from onward_polls.tally import read_tally
from tests.polls.conftest import FETCH, ReaderAtPoll
from tests.polls.factories import a_poll, an_article, option, somebody, vote


pytestmark = pytest.mark.django_db


def counts(poll: Poll) -> dict[str, int]:
    return {line.text: line.count for line in read_tally(poll).lines if line.count}


def test_first_press_without_a_token_asks_to_confirm_and_counts_nothing(person: ReaderAtPoll) -> None:
    response = person.press("Selling")

    assert response.status_code == 200
    assert "One more press" in response.content.decode()
    assert re.search(rf'value="{option(person.poll, "Selling").uuid}" checked', response.content.decode())
    assert {"csrftoken", "rid"} <= set(response.cookies)
    assert Ballot.objects.count() == 0


def test_the_button_of_the_confirm_page_counts(person: ReaderAtPoll) -> None:
    person.press("Selling")

    response = person.press("Selling")

    assert (response.status_code, response["Location"]) == (303, f"/polls/{person.poll.pk}/")
    assert counts(person.poll) == {"Selling": 1}


def test_after_voting_the_reader_sees_the_result_with_the_own_answer_marked(person: ReaderAtPoll) -> None:
    vote(person.poll, "Repair")
    person.answer("Selling")

    page = person.look()

    assert "your answer" in page
    assert "2 readers who chose to answer" in page


def test_a_script_gets_the_card_alone(person: ReaderAtPoll) -> None:
    response = person.answer("Repair", **FETCH)

    html = response.content.decode()
    assert response.status_code == 200
    assert html.lstrip().startswith("<onward-poll")
    assert response["X-Onward-State"] == "voted"


def test_the_reader_comes_back_to_the_article_from_the_poll_page(person: ReaderAtPoll) -> None:
    answer = {"option": str(option(person.poll, "Repair").uuid), "page": "7", "next": "/series/part-1/"}
    person.send("", answer)

    response = person.send("", answer)

    assert 'href="/series/part-1/"' in person.browser.get(response["Location"]).content.decode()
    assert Ballot.objects.get().page_ref == 7


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_the_way_back_never_leads_to_another_site(person: ReaderAtPoll, address: str) -> None:
    page = person.browser.get(f"/polls/{person.poll.pk}/", {"next": address}).content.decode()

    assert "evil.example" not in page
    assert "javascript:" not in page


def test_a_form_sent_from_another_site_is_refused(person: ReaderAtPoll) -> None:
    person.press("Selling")

    response = person.press("Selling", Origin="https://evil.example")

    assert response.status_code == 403
    assert "another website" in response.content.decode()
    assert Ballot.objects.count() == 0


def test_a_token_from_another_browser_does_not_count(
    person: ReaderAtPoll, at_poll: type[ReaderAtPoll]
) -> None:
    other = at_poll(person.poll)
    other.press("Repair")
    person.press("Selling")
    person.token = other.token

    response = person.browser.post(
        f"/polls/{person.poll.pk}/",
        {"option": str(option(person.poll, "Selling").uuid), "csrfmiddlewaretoken": other.token},
    )

    assert "One more press" in response.content.decode()
    assert Ballot.objects.count() == 0


def test_a_forged_reader_cookie_is_no_identity(person: ReaderAtPoll) -> None:
    person.press("Selling")
    person.browser.cookies["rid"] = "0" * 32 + ":forged:signature"

    response = person.press("Selling")

    assert "One more press" in response.content.decode()
    assert Ballot.objects.count() == 0


def test_the_reader_cookie_is_hidden_from_scripts_and_lasts_half_a_year(person: ReaderAtPoll) -> None:
    cookie = person.press("Selling").cookies["rid"]

    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 180 * 86400)


def test_reading_a_poll_sets_no_cookie_and_writes_no_row(poll: Poll, client: Client) -> None:
    response = client.get(f"/polls/{poll.pk}/")

    assert not response.cookies
    assert "csrfmiddlewaretoken" not in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert Ballot.objects.count() == 0


def test_one_browser_has_different_keys_in_different_polls(poll: Poll) -> None:
    other, identity = a_poll("And next week?"), somebody()

    keys = {vote(each, "Repair", identity=identity).reader_key for each in (poll, other)}

    assert len(keys) == 2


def test_a_poll_with_several_answers_holds_to_its_limits(db: None) -> None:
    poll = a_poll(kind=Poll.Kind.MULTIPLE, min_votes=2, max_votes=3)

    vote(poll, "Repair", "Selling")
    with pytest.raises(BallotIncomplete, match="at least 2"):
        vote(poll, "Repair")
    with pytest.raises(BallotIncomplete, match="at most 3"):
        vote(poll, "Repair", "Selling", "Reports", "Coaching")

    assert counts(poll) == {"Repair": 1, "Selling": 1}


def test_a_poll_with_one_answer_refuses_two(poll: Poll) -> None:
    with pytest.raises(BallotIncomplete, match="one answer only"):
        vote(poll, "Repair", "Selling")

    assert Ballot.objects.count() == Vote.objects.count() == 0


def test_a_scale_takes_one_answer_and_knows_its_middle(db: None) -> None:
    poll = a_poll(options=["1", "2", "3", "4", "5"], kind=Poll.Kind.SCALE)

    for answer in ("1", "4", "4", "5", "2"):
        vote(poll, answer)

    median = read_tally(poll).median
    assert median is not None
    assert median.text == "4"


def test_an_option_of_another_poll_is_refused(poll: Poll) -> None:
    other = a_poll("Another?")

    with pytest.raises(UnknownOption):
        cast_ballot(poll, identity=somebody(), options=[option(other, "Repair")])

    assert Ballot.objects.count() == 0


def test_a_retired_option_is_refused(person: ReaderAtPoll) -> None:
    retired = option(person.poll, "Reports")
    retired.retired_at = timezone.now()
    retired.save()

    response = person.press("Reports")

    assert response.status_code == 400
    assert "no longer, offered" in response.content.decode()


def test_a_poll_that_has_not_opened_says_when_it_will(person: ReaderAtPoll) -> None:
    person.press("Selling")
    Poll.objects.update(opens_at=timezone.now() + timedelta(days=3))

    response = person.press("Selling")

    assert response.status_code == 409
    assert "opens on" in response.content.decode()
    assert Ballot.objects.count() == 0
    with pytest.raises(PollNotOpen):
        vote(Poll.objects.get(), "Selling")


def test_a_poll_on_no_public_page_takes_no_answer(poll: Poll, at_poll: type[ReaderAtPoll]) -> None:
    hidden = a_poll("Not yet asked?")
    an_article(hidden, live=False)
    reader = at_poll(hidden)

    response = reader.answer("Repair")

    assert response.status_code == 404
    assert "not open to readers" in response.content.decode()
    assert reader.browser.get(f"/polls/{hidden.pk}/").status_code == 404
    assert reader.browser.get(f"/polls/{hidden.pk}/results.json").status_code == 404


def test_a_poll_on_a_private_page_takes_no_answer(db: None, at_poll: type[ReaderAtPoll]) -> None:
    poll = a_poll()
    page = an_article(poll)
    page.view_restrictions.create(restriction_type="login")

    response = at_poll(poll).answer("Repair")

    assert response.status_code == 404


def test_a_bare_host_may_do_without_pages(db: None, at_poll: type[ReaderAtPoll], settings: object) -> None:
    settings.ONWARD_POLLS = {**settings.ONWARD_POLLS, "REQUIRE_LIVE_PAGE": False}
    poll = a_poll()

    at_poll(poll).answer("Repair")

    assert counts(poll) == {"Repair": 1}


def test_ballot_cast_is_sent_once_after_the_commit(
    poll: Poll, django_capture_on_commit_callbacks: object
) -> None:
    heard = []
    receiver = lambda **news: heard.append((news["ballot"].pk, news["created"]))  # noqa: E731
    signals.ballot_cast.connect(receiver)
    identity = somebody()

    with django_capture_on_commit_callbacks(execute=True):
        ballot = vote(poll, "Repair", identity=identity)
        vote(poll, "Repair", identity=identity)
        assert heard == []
    with django_capture_on_commit_callbacks(execute=True):
        vote(poll, "Selling", identity=identity)
    signals.ballot_cast.disconnect(receiver)

    assert heard == [(ballot.pk, True), (ballot.pk, False)]


def test_a_receiver_that_fails_does_not_lose_the_vote(
    poll: Poll, django_capture_on_commit_callbacks: object
) -> None:
    def broken(**news: object) -> None:
        raise ValueError("not the reader's fault")

    signals.ballot_cast.connect(broken)

    with django_capture_on_commit_callbacks(execute=True):
        vote(poll, "Repair")
    signals.ballot_cast.disconnect(broken)

    assert counts(poll) == {"Repair": 1}


def test_a_refused_ballot_leaves_no_trace(poll: Poll) -> None:
    Poll.objects.update(closes_at=timezone.now() - timedelta(seconds=1))

    with pytest.raises(Exception, match="This poll closed"):
        vote(poll, "Repair")

    assert Ballot.objects.count() == Vote.objects.count() == TallyDelta.objects.count() == 0


def test_a_first_vote_takes_eight_queries(poll: Poll, django_assert_max_num_queries: object) -> None:
    choice, identity = [option(poll, "Repair")], somebody()

    # Two of the ten are the savepoint that the test itself causes.
    with django_assert_max_num_queries(10):
        cast_ballot(poll, identity=identity, options=choice)


def test_the_poll_page_takes_ten_queries_for_a_reader_who_voted(
    person: ReaderAtPoll, django_assert_max_num_queries: object
) -> None:
    person.answer("Repair")
    person.look()

    with django_assert_max_num_queries(10):
        person.look()
