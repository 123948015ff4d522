"""Links in mail: each opens one door, for as long as it should, and nothing breaks them but what must."""

from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from onward_newsletter.actions.subscribing import erase_subscriber, unsubscribe
from onward_newsletter.models import AddressChange, Delivery, Outbox, Subscriber, Subscription, Suppression
from onward_newsletter.tokens import Purpose, make_token

from .factories import DeliveryFactory, SubscriptionFactory


pytestmark = pytest.mark.django_db

#: Links about a subscription, about a person, and about a wish for another address.
ABOUT_SUBSCRIPTION = {Purpose.CONFIRM, Purpose.LEAVE}
SIGNED = list(Purpose)
EVERY_DOOR = [*SIGNED, "unsubscribe"]
DAMAGES = {
    "last letter": lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
    "first letter": lambda token: ("x" if token[0] != "x" else "y") + token[1:],
    "cut off": lambda token: token[: len(token) // 2],
    "longer": lambda token: token + ":1",
    "capitals": lambda token: token.upper(),
    "nul": lambda token: "a\0b",
    "accents": lambda token: "é" * 10,
    "very long": lambda token: "a" * 5000,
}
TABLES = (Subscriber, Subscription, Delivery, Suppression, Outbox, AddressChange)


@pytest.fixture
def delivery():
    delivery = DeliveryFactory.create()
    delivery.subscription.state = Subscription.State.PENDING
    delivery.subscription.save()
    return delivery


def token_for(door, delivery):
    if door == "unsubscribe":
        return delivery.token
    if door == Purpose.ADDRESS:
        wish = {"address": "new@example.net", "address_key": "k"}
        change, _new = AddressChange.objects.get_or_create(subscriber=delivery.subscriber, defaults=wish)
        return make_token(door, change)
    return make_token(door, delivery.subscription if door in ABOUT_SUBSCRIPTION else delivery.subscriber)


def path_to(door, token):
    if door in {"unsubscribe", Purpose.LEAVE}:
        return reverse("onward_newsletter_unsubscribe:unsubscribe", args=[token])
    return reverse(f"onward_newsletter:{door}", args=[token])


def everything():
    return [list(model.objects.order_by("pk").values()) for model in TABLES]


def is_shut(client, door, token, one_click=410):
    """Tell whether GET and POST answer 410 and leave every row as it was; mail programs may be answered calmly."""
    before = everything()
    answers = [
        client.get(path_to(door, token)),
        client.post(path_to(door, token), {"leave": "everything", "do": "leave", "address": "x@example.net"}),
        client.post(path_to(door, token), {"List-Unsubscribe": "One-Click"}),
    ]
    return [answer.status_code for answer in answers] == [410, 410, one_click] and everything() == before


@pytest.mark.parametrize("door", EVERY_DOOR)
def test_token_opens_its_door(reader, delivery, door):
    assert reader.get(path_to(door, token_for(door, delivery))).status_code == 200


@pytest.mark.parametrize("door", EVERY_DOOR)
@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_token_opens_nothing(reader, delivery, door, damage):
    assert is_shut(reader, door, DAMAGES[damage](token_for(door, delivery)))


@pytest.mark.parametrize("door", EVERY_DOOR)
@pytest.mark.parametrize("other", EVERY_DOOR)
def test_token_opens_no_other_door(reader, delivery, door, other):
    # A delivery's token opens the preferences as well: the short link at the end of every issue. And both ways of
    # leaving are one address.
    same = {(Purpose.MANAGE, "unsubscribe"), ("unsubscribe", Purpose.LEAVE), (Purpose.LEAVE, "unsubscribe")}
    if door != other and (door, other) not in same:
        assert is_shut(reader, door, token_for(other, delivery))


@pytest.mark.parametrize(
    ("door", "hours"),
    [
        (Purpose.CONFIRM, 72),
        (Purpose.ADDRESS, 72),
        (Purpose.EXPORT, 24),
        (Purpose.ERASE, 24),
        (Purpose.MOVE, 24),
    ],
)
def test_token_is_good_until_its_time_and_not_longer(reader, delivery, door, hours):
    token, made = token_for(door, delivery), timezone.now()

    with time_machine.travel(made + timedelta(hours=hours) - timedelta(minutes=1)):
        assert reader.get(path_to(door, token)).status_code == 200
    with time_machine.travel(made + timedelta(hours=hours, minutes=1)):
        assert is_shut(reader, door, token)


@pytest.mark.parametrize("door", [Purpose.MANAGE, Purpose.LEAVE, "unsubscribe"])
def test_links_of_an_old_mail_work_for_years_and_after_a_new_secret(reader, delivery, door, settings):
    token = token_for(door, delivery)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new one, which is long enough to be taken seriously"

    with time_machine.travel(timezone.now() + timedelta(days=800)):
        assert reader.get(path_to(door, token)).status_code == 200


@pytest.mark.parametrize("door", [Purpose.LEAVE, "unsubscribe"])
def test_one_click_of_an_old_mail_works_after_a_new_secret(reader, delivery, door, settings):
    Subscription.objects.update(state=Subscription.State.ACTIVE)
    token = token_for(door, delivery)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new one, which is long enough to be taken seriously"

    with time_machine.travel(timezone.now() + timedelta(days=365)):
        answer = reader.post(path_to(door, token), {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert Subscription.objects.get().state == Subscription.State.ENDED


@pytest.mark.parametrize("door", SIGNED)
def test_link_is_void_when_the_secret_was_replaced_without_a_fallback(reader, delivery, door, settings):
    token = token_for(door, delivery)
    settings.SECRET_KEY = "a new one, which is long enough to be taken seriously"

    assert is_shut(reader, door, token)


@pytest.mark.parametrize("door", EVERY_DOOR)
def test_links_after_unsubscribing_never_bring_the_mail_back(reader, delivery, door):
    token = token_for(door, delivery)
    unsubscribe(delivery.subscription)

    for body in ({}, {"do": "save"}, {"List-Unsubscribe": "One-Click"}, {"leave": "topic"}):
        assert reader.post(path_to(door, token), body).status_code < 500

    assert not Subscription.objects.exclude(state=Subscription.State.ENDED).exists()


def test_confirm_link_is_void_after_unsubscribing(reader, delivery):
    token = token_for(Purpose.CONFIRM, delivery)
    unsubscribe(delivery.subscription)

    assert is_shut(reader, Purpose.CONFIRM, token)


@pytest.mark.parametrize("door", EVERY_DOOR)
def test_every_link_is_void_after_erasing(reader, delivery, door):
    token = token_for(door, delivery)
    erase_subscriber(delivery.subscriber)

    assert is_shut(reader, door, token, one_click=200 if door == "unsubscribe" else 410)


@pytest.mark.parametrize("door", SIGNED)
@pytest.mark.parametrize(
    "value", [{}, {"i": "x", "n": "y"}, {"i": 1}, [1, 2], "text", None, {"i": None, "n": None}]
)
def test_signed_nonsense_opens_nothing(reader, delivery, door, value):
    token = signing.dumps(value, salt=f"onward_newsletter.{door}.v1")

    assert is_shut(reader, door, token)


def test_token_of_another_site_opens_nothing(reader, delivery):
    with override_settings(SECRET_KEY="the secret of another site, long enough to be one"):
        token = token_for(Purpose.ERASE, delivery)

    assert is_shut(reader, Purpose.ERASE, token)


def test_token_of_a_row_that_took_the_place_of_another_opens_nothing(reader):
    gone = SubscriptionFactory.create(state=Subscription.State.PENDING)
    token, pk = make_token(Purpose.CONFIRM, gone), gone.pk
    gone.delete()
    SubscriptionFactory.create(pk=pk, state=Subscription.State.PENDING)

    assert is_shut(reader, Purpose.CONFIRM, token)


@pytest.mark.parametrize("door", EVERY_DOOR)
def test_secret_addresses_are_kept_by_nobody(reader, delivery, door):
    for answer in (
        reader.get(path_to(door, token_for(door, delivery))),
        reader.get(path_to(door, "unknown")),
    ):
        assert answer["Cache-Control"] == "no-store, private"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer["X-Robots-Tag"]
        assert not answer.cookies
