"""An editor looks after the addresses that are not written to."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone
from wagtail.models import ModelLogEntry

from onward_newsletter.actions.events import record_event
from onward_newsletter.actions.personal_data import erase_subscriber
from onward_newsletter.actions.subscribing import suppress
from onward_newsletter.addresses import address_key
from onward_newsletter.models import DeliveryEvent, Newsletter, Subscriber, Subscription, Suppression

from .factories import DeliveryFactory, SubscriptionFactory


pytestmark = pytest.mark.django_db

CLOSED = "/admin/newsletter/suppressions"
READER = "reader@example.org"


@pytest.fixture
def suppression(newsletter: Newsletter) -> Suppression:
    subscription = SubscriptionFactory.create(subscriber__address=READER, newsletter=newsletter)
    return suppress(subscription.subscriber.address_key, Suppression.Reason.COMPLAINED)


def somebody_who_may(*codenames: str) -> Client:
    user = get_user_model().objects.create_user("assistant", "assistant@example.org", "words")
    wanted = Permission.objects.filter(codename__in=["access_admin", *codenames])
    assert wanted.count() == len(codenames) + 1
    user.user_permissions.set(wanted)
    browser = Client()
    browser.force_login(user)
    return browser


def test_list_says_why_an_address_is_closed(author: Any, suppression: Suppression) -> None:
    page = author.get(f"{CLOSED}/").content.decode()

    assert READER in page
    assert "marked as spam" in page
    assert suppression.address_key not in page


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (READER, True),
        (" Reader@EXAMPLE.org ", True),
        ("reader", False),
        ("other@example.org", False),
    ],
)
def test_address_is_found_by_typing_it_whole(
    author: Any, suppression: Suppression, asked: str, found: bool
) -> None:
    page = author.get(f"{CLOSED}/", {"q": asked})

    assert page.status_code == 200
    assert (f"{CLOSED}/lift/{suppression.pk}/" in page.content.decode()) is found


def test_erased_reader_is_found_by_the_address_only_they_know(author: Any, suppression: Suppression) -> None:
    erase_subscriber(Subscriber.objects.get())

    page = author.get(f"{CLOSED}/", {"q": READER}).content.decode()

    assert "no longer known" in page
    assert f"{CLOSED}/lift/{suppression.pk}/" in page


def test_strangers_reports_are_counted(author: Any, suppression: Suppression) -> None:
    record_event(provider="p", event_id="1", event_type="bounced", message_id="a@b")

    assert (
        "1 report of the last weeks named a mail that is not ours"
        in author.get(f"{CLOSED}/").content.decode()
    )


def test_address_is_closed_known_or_not(author: Any, newsletter: Newsletter) -> None:
    SubscriptionFactory.create(subscriber__address=READER, newsletter=newsletter)

    for address in (" Reader@Example.org", "stranger@example.org"):
        assert author.post(f"{CLOSED}/close/", {"address": address}).status_code == 302

    assert set(Suppression.objects.values_list("address_key", "reason")) == {
        (address_key(READER), "by_editor"),
        (address_key("stranger@example.org"), "by_editor"),
    }
    assert Subscription.objects.get().state == "ended"
    assert not [entry for entry in ModelLogEntry.objects.all() if "@" in f"{entry.label}{entry.data}"]
    assert ModelLogEntry.objects.filter(action="onward_newsletter.suppress").count() == 2


@pytest.mark.parametrize("address", ["", "reader", "reader@localhost", "a@b.org\r\nBcc: c@d.org"])
def test_what_is_no_address_is_not_closed(author: Any, address: str) -> None:
    assert author.post(f"{CLOSED}/close/", {"address": address}).status_code == 422
    assert not Suppression.objects.exists()


def test_address_is_opened_with_a_reason(author: Any, suppression: Suppression) -> None:
    page = author.get(f"{CLOSED}/lift/{suppression.pk}/").content.decode()
    assert "marked our mail as spam" in page
    assert Suppression.objects.exists()

    assert author.post(f"{CLOSED}/lift/{suppression.pk}/", {"reason": ""}).status_code == 422
    assert author.post(f"{CLOSED}/lift/{suppression.pk}/", {"reason": f"{READER} asked"}).status_code == 422
    assert Suppression.objects.exists()
    assert (
        author.post(f"{CLOSED}/lift/{suppression.pk}/", {"reason": "Asked by telephone."}).status_code == 302
    )

    assert not Suppression.objects.exists()
    assert Subscriber.objects.get().state == "active"
    assert Subscription.objects.get().state == "ended"
    entry = ModelLogEntry.objects.get(action="onward_newsletter.lift")
    assert (entry.user, entry.data) == (author.user, {"reason": "Asked by telephone."})


@pytest.mark.parametrize("may", [(), ("view_suppression",), ("change_subscriber",), ("change_page",)])
def test_nobody_else_opens_or_closes(suppression: Suppression, may: tuple[str, ...]) -> None:
    may = tuple(codename for codename in may if codename != "change_page")
    browser = somebody_who_may(*may)

    assert browser.get(f"{CLOSED}/").status_code == (200 if may == ("view_suppression",) else 302)
    for path in (
        f"lift/{suppression.pk}",
        "close",
        "new",
        f"edit/{suppression.pk}",
        f"delete/{suppression.pk}",
    ):
        fields = {"reason": "x", "address": "other@example.org"}
        assert browser.post(f"{CLOSED}/{path}/", fields).status_code in {302, 403, 404}

    assert Suppression.objects.get().reason == "complained"


def test_wagtails_own_forms_are_closed_to_everybody(author: Any, suppression: Suppression) -> None:
    for path in ("new", f"edit/{suppression.pk}", f"delete/{suppression.pk}"):
        author.post(f"{CLOSED}/{path}/", {"reason": "erased"})

    assert Suppression.objects.get().reason == "complained"
    assert not re.search(r"suppressions/(new|edit|delete)/", author.get(f"{CLOSED}/").content.decode())


def test_subscribers_screen_says_what_was_heard_last(author: Any) -> None:
    delivery = DeliveryFactory.create(message_id="7." + "a" * 32 + "@example.org", state="submitted")
    for hours, event_type in ((2, "delivered"), (3, "deferred")):
        DeliveryEvent.objects.create(
            delivery=delivery,
            provider="p",
            event_id=event_type,
            type=event_type,
            occurred_at=timezone.now() - timedelta(hours=hours),
            detail=f"words about {event_type}",
        )

    page = author.get(f"/admin/newsletter/subscribers/inspect/{delivery.subscriber_id}/").content.decode()

    assert "words about delivered" in page
    assert "words about deferred" not in page
