"""Whatever is sent, the answer is a sentence, and nothing is saved."""

import random
import uuid
from collections.abc import Iterator

import pytest
from django.test import Client

from onward_polls.models import Ballot, Poll, TallyDelta, Vote
from tests.polls.conftest import ReaderAtPoll
from tests.polls.factories import a_poll, option


pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"


def assert_refused(response: object) -> None:
    assert 400 <= response.status_code < 500, response.content[:300]
    text = response.content.decode()
    assert 'role="alert"' in text
    assert Ballot.objects.count() == Vote.objects.count() == TallyDelta.objects.count() == 0


@pytest.mark.parametrize(
    "values",
    [
        [],
        [""],
        ["0"],
        ["-1"],
        [str(10**40)],
        ["\x00"],
        ["not-a-uuid"],
        ["00000000-0000-0000-0000-000000000000"],
        ["' OR 1=1 --"],
        ["{}" * 50],
        ["é" * 36],
    ],
)
def test_an_option_that_is_none_gets_a_sentence(person: ReaderAtPoll, values: list[str]) -> None:
    person.press("Repair")

    assert_refused(person.send("", {"option": values}))


def test_an_option_of_another_poll_gets_a_sentence(person: ReaderAtPoll) -> None:
    person.press("Repair")

    assert_refused(person.send("", {"option": str(option(a_poll("Another?"), "Repair").uuid)}))


def test_ten_thousand_options_get_a_sentence(person: ReaderAtPoll) -> None:
    person.press("Repair")

    assert_refused(person.send("", {"option": [str(uuid.uuid4()) for _option in range(9_000)]}))
    assert_refused(person.send("", {"option": [str(uuid.uuid4()) for _option in range(11_000)]}))


def test_two_answers_where_one_is_asked_for_stay_marked(person: ReaderAtPoll) -> None:
    person.press("Repair")

    response = person.press("Repair", "Selling")

    assert_refused(response)
    assert "one answer only" in response.content.decode()
    assert response.content.decode().count(" checked") == 2


@pytest.mark.parametrize("poll_id", ["0", "999999", "9" * 30])
def test_a_poll_that_does_not_exist_gets_a_sentence(client: Client, db: None, poll_id: str) -> None:
    assert_refused(client.get(f"/polls/{poll_id}/"))
    assert_refused(client.post(f"/polls/{poll_id}/", {"option": "x"}))
    assert client.get(f"/polls/{poll_id}/results.json").status_code == 404


@pytest.mark.parametrize("page", ["-1", "1e9", "9" * 30, "\x00", "²", "٣"])
def test_a_page_that_makes_no_sense_is_forgotten(person: ReaderAtPoll, page: str) -> None:
    vote = {"option": str(option(person.poll, "Repair").uuid), "page": page, "next": "\x00"}
    person.send("", vote)

    response = person.send("", vote)

    assert response.status_code == 303
    assert Ballot.objects.get().page_ref is None


def fuzzed_bodies(poll: Poll) -> Iterator[tuple[str, bytes]]:
    chance = random.Random(20260504)
    real = str(option(poll, "Repair").uuid)
    for _body in range(200):
        kind = chance.choice(
            [FORM, "multipart/form-data; boundary=x", "application/json", f"{FORM}; charset=utf-16"]
        )
        pieces = [
            b"option=",
            real[: chance.randrange(35)].encode(),
            b"&",
            chance.randbytes(chance.randrange(40)),
            b"--x\r\n",
            b"%00%ff",
            b"option=%s&option=%d" % (uuid.UUID(int=chance.getrandbits(128)).hex.encode(), 7),
        ]
        chance.shuffle(pieces)
        yield kind, b"".join(pieces[: chance.randrange(1, 7)])


def test_two_hundred_fuzzed_bodies_are_refused_with_a_sentence(person: ReaderAtPoll) -> None:
    person.press("Repair")

    for kind, body in fuzzed_bodies(person.poll):
        response = person.browser.generic(
            "POST", f"/polls/{person.poll.pk}/", body, kind, headers={"X-CSRFToken": person.token}
        )
        assert_refused(response)


@pytest.mark.parametrize("where", ["words/", "words/stop/", "withdraw/", "follow-up/"])
def test_other_forms_survive_nonsense_too(person: ReaderAtPoll, where: str) -> None:
    person.press("Repair")

    for kind, body in fuzzed_bodies(person.poll):
        response = person.browser.generic(
            "POST", f"/polls/{person.poll.pk}/{where}", body, kind, headers={"X-CSRFToken": person.token}
        )
        assert response.status_code < 500
    assert Ballot.objects.count() == 0


def test_a_misspelt_setting_is_an_error_at_start(settings: object) -> None:
    from onward_polls.checks import check_setting_keys

    settings.ONWARD_POLLS = {"BASE_TEMPLAET": "x.html"}

    assert [(error.id, "BASE_TEMPLAET" in error.msg) for error in check_setting_keys(None)] == [
        ("onward_polls.E001", True)
    ]
