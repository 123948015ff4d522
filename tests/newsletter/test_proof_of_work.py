"""Where the site asks for it, a browser works a little before a mail is written; whoever runs no script presses twice."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core.checks import run_checks
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from onward_newsletter.models import Outbox


pytest.importorskip("django_altcha", reason="the extra altcha is not installed")

KEY = "a secret of its own, long enough to be taken seriously"


@pytest.fixture(autouse=True)
def _asked_for(settings):
    settings.ALTCHA_HMAC_KEY = KEY
    settings.ONWARD_NEWSLETTER = {
        **settings.ONWARD_NEWSLETTER,
        "PROOF_OF_WORK": True,
        "PROOF_OF_WORK_EFFORT": 500,
    }


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 800})
    yield context.new_page()
    context.close()


def solved(browser, change=None):
    task = browser.get("/newsletter/proof/").json()
    for number in range(task["maxNumber"] + 1):
        if hashlib.sha256(f"{task['salt']}{number}".encode()).hexdigest() == task["challenge"]:
            break
    names = ("algorithm", "challenge", "salt", "signature")
    solution = {name: task[name] for name in names} | {"number": number} | (change or {})
    return base64.b64encode(json.dumps(solution).encode()).decode()


@pytest.mark.django_db
def test_work_that_was_done_brings_the_mail(ask, reader):
    assert ask(reader, "reader@example.org", proof=solved(reader)).status_code == 303
    assert Outbox.objects.get().address == "reader@example.org"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [{"number": 501}, {"salt": "x?expires=99999999999&"}, {"signature": "0" * 64}, {"algorithm": "MD5"}],
)
def test_work_that_was_not_done_brings_none(ask, reader, change):
    assert ask(reader, "reader@example.org", proof=solved(reader, change)).status_code == 422
    assert not Outbox.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("proof", ["", "x", "e30=", "W10=", "bnVsbA==", "é", "\0", "9" * 5000])
def test_nonsense_brings_the_second_step_and_no_crash(ask, reader, proof):
    answer = ask(reader, "reader@example.org", proof=proof)

    assert answer.status_code == 422
    assert b"One more button" in answer.content
    assert not Outbox.objects.exists()


@pytest.mark.django_db
def test_one_solution_is_good_for_one_mail(ask, reader):
    proof = solved(reader)
    answers = [ask(reader, f"reader{number}@example.org", proof=proof).status_code for number in range(3)]

    assert answers == [303, 422, 422]
    assert Outbox.objects.count() == 1


@pytest.mark.django_db
def test_old_solution_is_refused(ask, reader):
    proof = solved(reader)

    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        assert ask(reader, "reader@example.org", proof=proof).status_code == 422


def stamp_in(answer):
    return re.search(r'name="stamp" value="([^"]+)"', answer.content.decode())[1]


@pytest.mark.django_db
def test_whoever_runs_no_script_presses_one_more_button(ask, series):
    browser = Client(enforce_csrf_checks=True)
    page = ask(browser, "reader@example.org", topic=series.pk, scope="topic")
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.content.decode()))

    answer = browser.post("/newsletter/", fields)

    assert answer.status_code == 303
    assert Outbox.objects.get().address == "reader@example.org"
    assert series.name in Outbox.objects.get().text


@pytest.mark.django_db
def test_stamp_is_good_for_its_address_once_and_for_an_hour(ask, reader):
    stamp = stamp_in(ask(reader, "reader@example.org"))
    late = stamp_in(ask(reader, "late@example.org"))

    assert ask(reader, "other@example.org", stamp=stamp).status_code == 422
    assert ask(reader, "reader@example.org", stamp=stamp + "x").status_code == 422
    assert ask(reader, "reader@example.org", stamp=stamp).status_code == 303
    assert ask(reader, "reader@example.org", stamp=stamp).status_code == 422
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        assert ask(reader, "late@example.org", stamp=late).status_code == 422
    assert Outbox.objects.count() == 1


@pytest.mark.django_db
def test_page_with_the_box_is_the_same_bytes_for_everybody(reader, stranger, newsletter):
    assert reader.get("/newsletter/").content == stranger.get("/newsletter/").content
    assert b'data-proof="/newsletter/proof/"' in reader.get("/newsletter/").content
    assert b"<noscript>" in reader.get("/newsletter/").content


@pytest.mark.django_db
def test_off_there_is_nothing_of_it(ask, reader, settings):
    settings.ONWARD_NEWSLETTER = {**settings.ONWARD_NEWSLETTER, "PROOF_OF_WORK": False}

    assert reader.get("/newsletter/proof/").status_code == 404
    assert ask(reader, "reader@example.org").status_code == 303
    assert b"proof" not in reader.get("/newsletter/").content


def test_work_nobody_could_check_is_named_at_start(settings):
    assert "onward_newsletter.E020" not in {message.id for message in run_checks()}
    settings.ALTCHA_HMAC_KEY = ""

    assert "onward_newsletter.E020" in {message.id for message in run_checks()}


@pytest.mark.journey
@pytest.mark.django_db(transaction=True)
def test_browser_works_by_itself_and_asks_nobody_else(live_server, page: Page, newsletter):
    asked, complaints = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{live_server.url}/newsletter/")
    page.get_by_label("Your e-mail address").fill("reader@example.org")

    page.get_by_role("button", name="Subscribe").click()

    expect(page.get_by_role("heading", name="Look in your mailbox")).to_be_visible()
    assert page.url == f"{live_server.url}/newsletter/"
    assert Outbox.objects.get().address == "reader@example.org"
    assert any(url.endswith("/newsletter/proof/") for url in asked)
    assert {url.split("/")[2] for url in asked} == {live_server.url.split("/")[2]}
    assert complaints == []
