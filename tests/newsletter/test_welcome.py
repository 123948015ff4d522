"""Whoever has just confirmed is welcomed, once, with something to read."""

import re
import threading

import pytest
from django.db import connection, transaction
from django.test import Client
from wagtail import hooks

from onward_newsletter.actions.preferences import choose
from onward_newsletter.actions.subscribing import confirm, subscribe, unsubscribe
from onward_newsletter.models import Outbox, Subscription
from onward_newsletter.pump import pump
from onward_newsletter.rendering import IssueContent
from onward_newsletter.tokens import Purpose, make_token

from .conftest import links_in
from .factories import SubscriptionFactory, TopicFactory
from .relay import mails


pytestmark = pytest.mark.django_db(transaction=True)

CATCH_UP = '<h2>The parts so far</h2><p><a href="/the-manager/part-1/">Where does the week go?</a></p>'


@pytest.fixture
def pending(newsletter, series):
    return SubscriptionFactory.create(newsletter=newsletter, topic=series, state="pending", confirmed_at=None)


def welcomes():
    return list(Outbox.objects.filter(purpose="welcome"))


def test_button_in_the_confirmation_brings_the_welcome(ask, reader, series, newsletter):
    newsletter.welcome_text = "Hello.\n\nI am Mara & I write on Tuesdays."
    newsletter.save()
    ask(reader, "reader@example.org", topic=series.pk, scope="topic")
    link = links_in(Outbox.objects.get().text)[0]
    assert reader.get(link).status_code == 200
    assert welcomes() == []

    reader.post(link)

    (mail,) = welcomes()
    assert mail.address == "reader@example.org"
    assert mail.subject == "Welcome to “The manager in the middle”"
    assert "I am Mara & I write on Tuesdays." in mail.text
    assert "I am Mara &amp; I write on Tuesdays." in mail.html
    assert "%%" not in mail.text + mail.html


def test_series_so_far_is_in_both_parts(pending):
    with hooks.register_temporarily(
        "onward_newsletter_welcome_content", lambda subscription: IssueContent(CATCH_UP)
    ):
        confirm(pending)

    (mail,) = welcomes()
    for part in (mail.text, mail.html):
        assert "The parts so far" in part
        assert "http://127.0.0.1:8000/the-manager/part-1/" in part


def test_confirming_again_and_coming_back_brings_no_second_one(pending):
    confirm(pending)
    confirm(pending)
    unsubscribe(pending)
    Subscription.objects.update(state="pending")
    pending.refresh_from_db()
    assert confirm(pending)

    assert len(welcomes()) == 1


def test_many_buttons_pressed_at_once_bring_one(pending):
    path = f"/newsletter/confirm/{_token(pending)}/"

    def press():
        Client().post(path)
        connection.close()

    threads = [threading.Thread(target=press) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(welcomes()) == 1


def _token(subscription):
    return make_token(Purpose.CONFIRM, subscription)


def test_newsletter_that_does_not_welcome_is_silent(pending, newsletter):
    newsletter.welcomes = False
    newsletter.save()
    pending.refresh_from_db()

    confirm(pending)

    assert welcomes() == []


def test_boxes_ticked_by_a_known_reader_bring_none(newsletter, series):
    known = SubscriptionFactory.create(newsletter=newsletter).subscriber

    choose(known, newsletter, everything=True, topics=[series, TopicFactory.create(newsletter=newsletter)])

    assert known.subscriptions.filter(state="active").count() == 3
    assert welcomes() == []


def test_confirmation_that_is_rolled_back_brings_none(pending):
    with transaction.atomic():
        confirm(pending)
        transaction.set_rollback(True)

    assert welcomes() == []


def test_app_that_fails_to_say_what_to_read_costs_nobody_the_welcome(pending):
    def fail(subscription):
        raise LookupError("no such series")

    with hooks.register_temporarily("onward_newsletter_welcome_content", fail):
        assert confirm(pending)

    assert len(welcomes()) == 1


def test_sender_that_cannot_be_a_header_costs_nobody_the_confirmation(pending, newsletter):
    newsletter.sender_address = "not an address\r\nBcc: x@example.org"
    newsletter.save()
    pending.refresh_from_db()

    assert Client().post(f"/newsletter/confirm/{_token(pending)}/").status_code == 303
    pending.refresh_from_db()
    assert pending.state == "active"


def test_mail_programs_unsubscribe_from_the_welcome(relay, pending):
    confirm(pending)
    pump()
    (mail,) = mails(relay)

    url = re.fullmatch(r"<(http://127\.0\.0\.1:8000(/u/\S+))>", mail["List-Unsubscribe"])
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Id"] == "<sales-floor.example.org>"
    assert mail["From"] == "Mara Kalani <mara@example.org>"
    assert url
    for _ in range(2):
        answer = Client(enforce_csrf_checks=True).post(url[2], {"List-Unsubscribe": "One-Click"})
        assert (answer.status_code, answer.cookies) == (200, {})
    pending.refresh_from_db()
    assert pending.state == "ended"


def test_link_in_the_welcome_opens_a_page_with_buttons(pending, series):
    confirm(pending)
    link = next(path for path in links_in(welcomes()[0].text) if path.startswith("/u/"))

    assert series.name.encode() in Client().get(link).content
    pending.refresh_from_db()
    assert pending.state == "active"
    assert Client().post(link, {"leave": "topic"}).status_code == 200
    pending.refresh_from_db()
    assert pending.state == "ended"


def test_link_to_a_vote_in_the_welcome_leads_to_the_site_and_not_to_a_ballot(pending):
    votes = IssueContent('<p><a href="/v/%%token%%/7/">Yes</a></p>')
    with hooks.register_temporarily("onward_newsletter_welcome_content", lambda subscription: votes):
        confirm(pending)

    (mail,) = welcomes()
    assert "/v/" not in mail.html
    assert "%%" not in mail.html + mail.text


def test_welcome_says_nothing_the_reader_typed(newsletter, series):
    subscribe(
        newsletter,
        address="reader@example.org",
        topic=series,
        consent_text="",
        consent_page="/?x=Buy+pills",
        source="Buy pills",
    )
    confirm(Subscription.objects.get())

    (mail,) = welcomes()
    assert "pills" not in mail.subject + mail.text + mail.html + str(mail.headers)
