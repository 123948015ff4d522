"""Whatever is sent, the answer is a sentence, and nothing is saved."""

import random
import uuid
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from wagtail import hooks

from onward_polls.models import Ballot, Poll, TallyDelta, Vote
from onward_polls.readers import MailReader
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
    """Make 200 bodies that no form of ours sends: cut, repeated, mixed, huge, and with fields we do not know."""
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
            b"&other=%00" + b"o" * chance.choice([3, 200, 201, 50_000]),
            b"&role=" + chance.choice([b"%00", b"Chief%0AOfficer", b"r" * 5_000, b"%F0%9F%98%80"]),
            b"&option%5B0%5D%5Bvotes%5D=1&poll%5Bid%5D=1&option.id=-1",
            b"&page=-1&next=//evil.example&door=embed&csrfmiddlewaretoken=",
            b'{"option": ["%s"], "other": null}' % real.encode(),
        ]
        chance.shuffle(pieces)
        yield kind, b"".join(pieces[: chance.randrange(1, 9)])


def test_two_hundred_fuzzed_bodies_are_refused_with_a_sentence(person: ReaderAtPoll) -> None:
    person.press("Repair")

    for kind, body in fuzzed_bodies(person.poll):
        response = person.browser.generic(
            "POST", f"/polls/{person.poll.pk}/", body, kind, headers={"X-CSRFToken": person.token}
        )
        assert_refused(response)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("other", "x" * 60_000),
        ("other", "\ud7ff" * 300),
        ("role", "\x00"),
        ("role", "no such role\n"),
        ("role", "x" * 60_000),
    ],
)
def test_other_and_role_that_make_no_sense_get_a_sentence(
    person: ReaderAtPoll, field: str, value: str
) -> None:
    chosen = option(person.poll, "Repair")
    chosen.is_other = True
    chosen.save()
    person.poll.roles = "Rep"
    person.poll.save()
    person.press("Repair")

    filled = {"option": str(chosen.uuid), "other": "Ride-alongs", field: value}

    assert_refused(person.send("", filled))


def test_a_vote_by_mail_survives_the_same_bodies(
    person: ReaderAtPoll, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = {"token-ada": MailReader("subscriber:ada", "a***@d***")}
    monkeypatch.setitem(hooks._hooks, "onward_polls_resolve_mail_token", [(ada.get, 0)])
    path = f"/v/token-ada/{option(person.poll, 'Repair').uuid}"

    for kind, body in fuzzed_bodies(person.poll):
        response = Client().generic("POST", path, body, kind)
        assert response.status_code < 500
    assert Ballot.objects.count() <= 1


@pytest.mark.parametrize(
    "where", ["words/", "words/stop/", "withdraw/", "follow-up/", "embed/", "results.json"]
)
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


# Where a poll stands


def test_a_poll_on_no_page_that_readers_can_open_takes_and_shows_nothing(
    person: ReaderAtPoll, client: Client
) -> None:
    from wagtail.models import PageViewRestriction

    from onward_blog.pages.models import ArticlePage

    person.press("Repair")
    page = ArticlePage.objects.get()

    def answers() -> set[int]:
        here = f"/polls/{person.poll.pk}/"
        chosen = {"option": str(option(person.poll, "Repair").uuid)}
        shown = [client.get(here + path).status_code for path in ("", "results.json", "embed/")]
        sent = [person.send(path, chosen).status_code for path in ("", "words/", "withdraw/", "follow-up/")]
        return {*shown, *sent}

    private = PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    behind_a_login = answers()
    private.delete()
    page.unpublish()
    unpublished = answers()
    page.delete()
    deleted = answers()

    assert behind_a_login == unpublished == deleted == {404}
    assert Ballot.objects.count() == 0


# Forms that come from elsewhere, or late


@pytest.mark.parametrize("where", ["", "words/", "words/stop/", "withdraw/", "follow-up/"])
@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://testserver.evil.example", "chrome://x", "http://["]
)
def test_a_form_of_another_site_is_refused_though_it_brings_a_token(
    person: ReaderAtPoll, where: str, origin: str
) -> None:
    person.press("Repair")

    response = person.send(where, {"option": str(option(person.poll, "Repair").uuid)}, Origin=origin)

    assert response.status_code == 403
    assert_refused(response)


def test_a_tab_left_open_for_a_day_still_counts(person: ReaderAtPoll) -> None:
    with time_machine.travel("2026-05-04 09:00+00:00"):
        person.press("Repair")
    with time_machine.travel("2026-05-05 10:00+00:00"):
        response = person.press("Repair")

    assert response.status_code == 303
    assert Ballot.objects.count() == 1


def test_after_the_cookies_are_wiped_one_more_press_counts(person: ReaderAtPoll) -> None:
    person.press("Repair")
    person.browser.cookies.clear()

    asked = person.press("Repair")
    counted_before = Ballot.objects.count()
    person.press("Repair")

    assert asked.headers["X-Onward-Unconfirmed"] == "1"
    assert (counted_before, Ballot.objects.count()) == (0, 1)
