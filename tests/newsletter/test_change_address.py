"""A subscriber moves to another address; nobody else moves them, and nobody learns who is here."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from onward_newsletter.actions.addresses import forget_unconfirmed_addresses
from onward_newsletter.actions.subscribing import erase_subscriber, export_subscriber, suppress
from onward_newsletter.addresses import address_key
from onward_newsletter.links import manage_url_of
from onward_newsletter.models import AddressChange, Outbox, Subscriber, Subscription, Suppression

from .conftest import link_in_last_mail, links_in
from .factories import DeliveryFactory, SubscriptionFactory


pytestmark = pytest.mark.django_db

OLD, NEW = "old@example.org", "new@example.net"


@pytest.fixture
def subscriber(newsletter, series):
    return SubscriptionFactory.create(subscriber__address=OLD, newsletter=newsletter, topic=series).subscriber


def page_of(subscriber):
    return manage_url_of(subscriber).removeprefix("http://127.0.0.1:8000")


def open_form(person, subscriber):
    """Press the button on the preferences page, and return the link that was mailed to the old address."""
    person.post(page_of(subscriber), {"do": "move"})
    mail = Outbox.objects.get(purpose="move_link")
    assert mail.address == OLD
    return links_in(mail.text)[0]


def move(person, subscriber, address=NEW, network="203.0.113.7"):
    return person.post(open_form(person, subscriber), {"address": address}, REMOTE_ADDR=network)


def link_to_confirm():
    return links_in(Outbox.objects.filter(purpose="address_change").latest("pk").text)[0]


def test_reader_moves_by_both_mailboxes_and_two_buttons(reader, subscriber, series):
    browser = Client(enforce_csrf_checks=True)
    form = open_form(browser, subscriber)
    answer = browser.post(form, {"address": f" {NEW.upper()} "})
    assert b"Look in your new mailbox" in answer.content
    link = link_to_confirm()
    assert Outbox.objects.latest("pk").address == NEW
    assert browser.get(link).status_code == 200
    assert Subscriber.objects.get().address == OLD

    answer = browser.post(link)

    assert b"We write to you here from now on." in answer.content
    moved = Subscriber.objects.get()
    assert (moved.pk, moved.uuid, moved.address) == (subscriber.pk, subscriber.uuid, NEW)
    assert moved.address_key == address_key(NEW)
    assert moved.subscriptions.get().topic == series
    assert not AddressChange.objects.exists()


def test_old_address_is_told_where_its_mail_goes_and_can_keep_it(reader, subscriber):
    move(reader, subscriber)
    notice = Outbox.objects.get(purpose="address_notice")
    link = link_to_confirm()

    assert notice.address == OLD
    assert "n***@e***" in notice.text
    assert NEW not in notice.text + notice.html + reader.get(links_in(notice.text)[0]).content.decode()
    reader.post(links_in(notice.text)[0], {"do": "stay"})

    assert reader.post(link).status_code == 410
    assert Subscriber.objects.get().address == OLD


def test_who_has_a_forwarded_mail_cannot_take_it_over(stranger, subscriber):
    delivery = DeliveryFactory.create(subscriber=subscriber)

    stranger.post(f"/newsletter/manage/{delivery.token}/", {"do": "move", "address": "thief@example.org"})

    assert {mail.address for mail in Outbox.objects.all()} == {OLD}
    assert not AddressChange.objects.exists()


def test_links_mailed_to_the_old_address_are_void_afterwards(reader, subscriber):
    page = page_of(subscriber)
    form = open_form(reader, subscriber)
    reader.post(form, {"address": NEW})
    link = link_to_confirm()
    reader.post(link)

    assert [reader.get(path).status_code for path in (page, form, link)] == [410, 410, 410]
    assert reader.post(link).status_code == 410


def test_second_wish_voids_the_first(reader, subscriber):
    form = open_form(reader, subscriber)
    reader.post(form, {"address": "typo@example.net"})
    first = link_to_confirm()
    reader.post(form, {"address": NEW})

    assert reader.post(first).status_code == 410
    reader.post(link_to_confirm())
    assert Subscriber.objects.get().address == NEW


@pytest.mark.parametrize("kind", ["unknown", "active", "pending", "own", "bounced", "complained"])
def test_answer_is_the_same_whoever_has_the_new_address(reader, subscriber, newsletter, kind):
    form = open_form(reader, subscriber)
    if kind in {"active", "pending"}:
        SubscriptionFactory.create(subscriber__address=NEW, newsletter=newsletter, state=kind)
    if kind in {"bounced", "complained"}:
        suppress(address_key(NEW), kind)
    answer = reader.post(form, {"address": OLD if kind == "own" else NEW})
    stranger = reader.post(form, {"address": "nobody-knows-me@example.net"})

    assert (answer.status_code, answer.content) == (stranger.status_code, stranger.content)
    assert dict(answer.headers) == dict(stranger.headers)


def test_mail_to_a_known_address_is_the_mail_to_an_unknown_one(reader, subscriber, newsletter):
    move(reader, subscriber)
    unknown = Outbox.objects.get(purpose="address_change")
    link = link_to_confirm()
    SubscriptionFactory.create(subscriber__address="known@example.net", newsletter=newsletter)
    reader.post(links_in(Outbox.objects.get(purpose="move_link").text)[0], {"address": "known@example.net"})
    known = Outbox.objects.filter(purpose="address_change").latest("pk")

    assert known.address == "known@example.net"
    assert known.subject == unknown.subject
    assert known.text.replace(link_to_confirm(), "") == unknown.text.replace(link, "")


def test_known_address_gets_the_choices_on_top_of_its_own(reader, subscriber, newsletter, series):
    there = SubscriptionFactory.create(subscriber__address=NEW, newsletter=newsletter).subscriber
    move(reader, subscriber)
    link = link_to_confirm()
    assert not there.subscriptions.filter(topic=series).exists()

    reader.post(link)

    active = Subscription.objects.active()
    assert {(row.subscriber_id, row.topic) for row in active} == {(there.pk, None), (there.pk, series)}
    assert Subscriber.objects.get(pk=subscriber.pk).address == OLD
    assert reader.get(page_of(subscriber)).status_code == 410
    assert reader.get(page_of(there)).status_code == 200


def test_pending_subscription_there_becomes_active_by_the_confirmation(
    reader, subscriber, newsletter, series
):
    there = SubscriptionFactory.create(
        subscriber__address=NEW, newsletter=newsletter, topic=series, state="pending", confirmed_at=None
    )
    move(reader, subscriber)

    reader.post(link_to_confirm())

    there.refresh_from_db()
    assert there.state == Subscription.State.ACTIVE


@pytest.mark.parametrize("reason", Suppression.Reason.values)
def test_suppressed_new_address_is_not_written_to(reader, subscriber, reason):
    Suppression.objects.create(address_key=address_key(NEW), reason=reason)

    move(reader, subscriber)

    assert not Outbox.objects.filter(address=NEW).exists()


def test_address_that_was_suppressed_meanwhile_is_not_moved_to(reader, subscriber):
    move(reader, subscriber)
    link = link_to_confirm()
    suppress(address_key(NEW), Suppression.Reason.COMPLAINED)

    assert reader.post(link).status_code == 410
    assert Subscriber.objects.get().address == OLD


@pytest.mark.parametrize(
    "typed", ["", "no address", "a@b", "x@example.org\r\nBcc: y@example.org", "\0@x.org"]
)
def test_malformed_address_gets_a_sentence(reader, subscriber, typed):
    form = open_form(reader, subscriber)

    answer = reader.post(form, {"address": typed})

    assert answer.status_code == 422
    assert b'role="alert"' in answer.content
    assert not AddressChange.objects.exists()


def test_one_subscriber_asks_few_strangers_a_day(reader, subscriber):
    form = open_form(reader, subscriber)
    for number in range(20):
        reader.post(form, {"address": f"victim{number}@example.net"}, REMOTE_ADDR=f"10.{number}.0.1")

    # Three mails a day to the old address: the link, and the notice of two wishes.
    assert Outbox.objects.filter(purpose="address_change").count() == 2


def test_one_network_asks_few_times(reader, subscriber, settings):
    settings.ONWARD_NEWSLETTER = {**settings.ONWARD_NEWSLETTER, "MAILS_PER_ADDRESS_PER_DAY": 50}
    form = open_form(reader, subscriber)
    for number in range(12):
        reader.post(form, {"address": f"victim{number}@example.net"})

    assert Outbox.objects.filter(purpose="address_change").count() == 5


def test_unconfirmed_wish_is_forgotten_after_three_days(reader, subscriber):
    asked = timezone.now()
    move(reader, subscriber)
    link = link_to_confirm()

    assert forget_unconfirmed_addresses(asked + timedelta(hours=71)) == 0
    with time_machine.travel(asked + timedelta(hours=73)):
        assert reader.post(link).status_code == 410
    assert forget_unconfirmed_addresses(asked + timedelta(hours=73)) == 1
    assert not AddressChange.objects.exists()


def test_wish_is_in_the_copy_of_ones_data_and_goes_with_the_person(reader, subscriber):
    move(reader, subscriber)

    data = export_subscriber(subscriber)
    erase_subscriber(subscriber)

    assert json.loads(json.dumps(data))["address_wished_for"]["address"] == NEW
    assert not AddressChange.objects.exists()


def test_wish_of_another_for_the_address_of_somebody_erased_goes_too(reader, subscriber, newsletter):
    there = SubscriptionFactory.create(subscriber__address=NEW, newsletter=newsletter).subscriber
    move(reader, subscriber)

    erase_subscriber(there)

    assert not AddressChange.objects.exists()
    assert NEW not in str(list(Outbox.objects.values()))


def test_mail_of_the_old_address_is_forgotten_once_it_has_moved(reader, subscriber):
    move(reader, subscriber)
    reader.post(link_to_confirm())

    rows = [str(row) for model in (Subscriber, Outbox, AddressChange) for row in model.objects.values()]
    assert not [row for row in rows if OLD in row]


def test_form_is_opened_by_no_other_link(reader, subscriber):
    reader.post(page_of(subscriber), {"do": "export"})
    token = link_in_last_mail().rstrip("/").rpartition("/")[2]

    assert reader.get(f"/newsletter/move/{token}/").status_code == 410
    assert reader.post(f"/newsletter/address/{token}/").status_code == 410
