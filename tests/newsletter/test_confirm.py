"""A reader opens the confirmation mail and presses the button."""

from datetime import timedelta

import pytest
from django.test import Client
from wagtail import hooks

from onward_newsletter.actions.subscribing import forget_unconfirmed
from onward_newsletter.models import Subscriber, Subscription
from onward_newsletter.signals import subscription_confirmed

from .conftest import last_mail, link_in_last_mail, links_in
from .factories import SubscriptionFactory


pytestmark = pytest.mark.django_db


def test_opening_the_link_shows_a_button_and_changes_nothing(ask, reader):
    ask(reader, "reader@example.org")

    page = reader.get(link_in_last_mail())

    assert page.status_code == 200
    assert b"<form" in page.content
    assert b"r***@e***" in page.content
    assert b"reader@example.org" not in page.content
    assert Subscription.objects.get().state == Subscription.State.PENDING


def test_button_confirms_and_leads_to_thanks(ask, reader, series):
    ask(reader, "reader@example.org", topic=series.pk, scope="topic")

    response = reader.post(link_in_last_mail())

    assert (response.status_code, response["Location"]) == (303, f"/newsletter/thanks/?topic={series.pk}")
    subscription = Subscription.objects.get()
    assert (subscription.state, subscription.topic) == (Subscription.State.ACTIVE, series)
    assert subscription.confirmed_at is not None
    assert series.name in reader.get(response["Location"]).content.decode()


def test_button_needs_no_cookie_and_no_token_of_the_form(ask):
    browser = Client(enforce_csrf_checks=True)
    ask(browser, "reader@example.org")

    response = Client(enforce_csrf_checks=True).post(link_in_last_mail(), headers={"Origin": "null"})

    assert response.status_code == 303
    assert not response.cookies
    assert Subscription.objects.get().state == Subscription.State.ACTIVE


def test_second_confirmation_is_harmless(ask, reader):
    ask(reader, "reader@example.org")
    link = link_in_last_mail()
    reader.post(link)
    first = Subscription.objects.values().get()

    response = reader.post(link)

    assert response.status_code == 303
    assert Subscription.objects.values().get() == first
    assert b"nothing left to do" in reader.get(link).content


def test_earlier_mail_still_works_after_a_later_one(ask, reader):
    ask(reader, "reader@example.org")
    first_link = link_in_last_mail()
    Subscription.objects.update(requested_at="2026-01-01T00:00Z")
    ask(reader, "reader@example.org")

    reader.post(first_link)

    assert Subscription.objects.get().state == Subscription.State.ACTIVE


def test_others_are_told_once_when_a_subscription_is_confirmed(
    ask, reader, django_capture_on_commit_callbacks
):
    told = []

    def listen(subscription, **kwargs):
        told.append(subscription.state)

    subscription_confirmed.connect(listen)
    ask(reader, "reader@example.org")
    link = link_in_last_mail()
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            reader.post(link)

    assert told == ["active"]


def test_failing_listener_does_not_fail_the_reader(ask, reader, django_capture_on_commit_callbacks):
    def fail(**kwargs):
        raise RuntimeError("elsewhere")

    subscription_confirmed.connect(fail)
    ask(reader, "reader@example.org")

    with django_capture_on_commit_callbacks(execute=True):
        response = reader.post(link_in_last_mail())

    assert response.status_code == 303


@pytest.mark.parametrize(
    "query", ["", "?topic=0", "?topic=x", "?topic=99999999999999999999", "?newsletter=-1"]
)
def test_thanks_page_stands_whatever_its_address_says(reader, newsletter, query):
    assert reader.get(f"/newsletter/thanks/{query}").status_code == 200


def test_host_may_add_to_the_thanks_page(reader, series):
    with hooks.register_temporarily(
        "onward_newsletter_after_confirming", lambda request, newsletter, topic: f"<{topic}>"
    ):
        page = reader.get(f"/newsletter/thanks/?topic={series.pk}").content.decode()

    assert "&lt;The manager in the middle&gt;" in page


def test_mail_has_a_text_part_and_an_html_part_with_the_same_link(ask, reader):
    ask(reader, "reader@example.org")

    mail = last_mail()
    assert links_in(mail.text)[0] in links_in(mail.html)
    assert "72 hours" in mail.text
    assert "&" not in mail.text


def test_subscription_of_another_is_untouched(ask, reader, newsletter):
    other = SubscriptionFactory.create(newsletter=newsletter, state=Subscription.State.PENDING)
    ask(reader, "reader@example.org")

    reader.post(link_in_last_mail())

    other.refresh_from_db()
    assert other.state == Subscription.State.PENDING


@pytest.mark.parametrize(("minutes", "left"), [(-1, 1), (1, 0)])
def test_unconfirmed_wish_is_kept_for_fourteen_days_to_the_minute(ask, reader, minutes, left):
    ask(reader, "reader@example.org")
    asked = Subscription.objects.get().requested_at

    forget_unconfirmed(asked + timedelta(days=14, minutes=minutes))

    assert (Subscription.objects.count(), Subscriber.objects.count()) == (left, left)
