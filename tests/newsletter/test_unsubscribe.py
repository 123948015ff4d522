"""A subscriber leaves: by the mail program's button (RFC 8058) and by the page."""

import pytest
from django.test import Client

from onward_newsletter.actions.subscribing import end_topic, erase_subscriber
from onward_newsletter.models import Issue, Subscription
from onward_newsletter.signals import subscription_ended

from .factories import DeliveryFactory, SubscriptionFactory, TopicFactory


pytestmark = pytest.mark.django_db

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
Reason = Subscription.EndReason


def states():
    return list(Subscription.objects.order_by("pk").values_list("state", "end_reason"))


@pytest.fixture
def delivery():
    return DeliveryFactory.create()


def test_mail_program_unsubscribes_with_one_post(delivery):
    response = Client(enforce_csrf_checks=True).post(f"/u/{delivery.token}", ONE_CLICK)

    assert response.status_code == 200
    assert not response.cookies
    assert "Location" not in response
    assert states() == [("ended", Reason.UNSUBSCRIBED)]


def test_second_one_click_answers_the_same_and_changes_nothing(reader, delivery):
    first = reader.post(f"/u/{delivery.token}", ONE_CLICK)
    before = Subscription.objects.values().get()

    second = reader.post(f"/u/{delivery.token}", ONE_CLICK)

    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert Subscription.objects.values().get() == before


def test_one_click_as_a_multipart_form_counts_too(reader, delivery):
    body = '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'

    response = reader.generic("POST", f"/u/{delivery.token}", body, "multipart/form-data; boundary=x")

    assert (response.status_code, states()) == (200, [("ended", Reason.UNSUBSCRIBED)])


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"List-Unsubscribe": "one-click"},
        {"List-Unsubscribe": ""},
        {"list-unsubscribe": "One-Click"},
        {"List-Unsubscribe-Post": "One-Click"},
        {"leave": "nothing"},
    ],
)
def test_any_other_body_is_refused_and_changes_nothing(reader, delivery, body):
    response = reader.post(f"/u/{delivery.token}", body)

    assert response.status_code == 400
    assert states() == [("active", "")]


@pytest.mark.parametrize("body", [b"\xff\xfe\x00", b"{", b"a=%zz", b"&&&&=", b"List-Unsubscribe"])
def test_body_that_is_no_form_is_no_crash(reader, delivery, body):
    for kind in ("application/x-www-form-urlencoded", "application/json", "multipart/form-data"):
        assert reader.generic("POST", f"/u/{delivery.token}", body, kind).status_code == 400
    assert states() == [("active", "")]


def test_one_click_ends_all_that_brings_this_mail(reader, newsletter, series):
    delivery = DeliveryFactory.create(issue__newsletter=newsletter, issue__topic=series)
    SubscriptionFactory.create(subscriber=delivery.subscriber, newsletter=newsletter, topic=None)

    reader.post(f"/u/{delivery.token}", ONE_CLICK)

    assert states() == [("ended", Reason.UNSUBSCRIBED)] * 2


def test_one_click_leaves_other_newsletters_and_other_series_alone(reader, newsletter, series):
    delivery = DeliveryFactory.create(issue__newsletter=newsletter, issue__topic=series)
    other_series = SubscriptionFactory.create(
        subscriber=delivery.subscriber,
        newsletter=newsletter,
        topic=TopicFactory.create(newsletter=newsletter),
    )
    other_paper = SubscriptionFactory.create(subscriber=delivery.subscriber, newsletter__slug="another")

    reader.post(f"/u/{delivery.token}", ONE_CLICK)

    for other in (other_series, other_paper):
        other.refresh_from_db()
        assert other.state == Subscription.State.ACTIVE


def test_page_offers_this_series_or_everything(reader, newsletter, series):
    delivery = DeliveryFactory.create(issue__newsletter=newsletter, issue__topic=series)

    page = reader.get(f"/u/{delivery.token}").content.decode()

    assert "Stop mail about “The manager in the middle”" in page
    assert "Stop everything from The Sales Floor" in page
    assert delivery.subscriber.address not in page
    assert states() == [("active", "")]


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_looking_at_the_link_unsubscribes_nobody(reader, delivery, method):
    getattr(reader, method)(f"/u/{delivery.token}", ONE_CLICK)

    assert states() == [("active", "")]


def test_button_for_the_series_keeps_the_rest(reader, newsletter, series):
    delivery = DeliveryFactory.create(issue__newsletter=newsletter, issue__topic=series)
    elsewhere = SubscriptionFactory.create(subscriber=delivery.subscriber, newsletter__slug="another")

    response = reader.post(f"/u/{delivery.token}", {"leave": "topic"})

    elsewhere.refresh_from_db()
    assert response.status_code == 200
    assert elsewhere.state == Subscription.State.ACTIVE
    assert Subscription.objects.get(newsletter=newsletter).state == Subscription.State.ENDED


def test_button_for_everything_ends_everything_of_the_newsletter(reader, newsletter, series):
    delivery = DeliveryFactory.create(issue__newsletter=newsletter, issue__topic=series)
    SubscriptionFactory.create(subscriber=delivery.subscriber, newsletter=newsletter)

    reader.post(f"/u/{delivery.token}", {"leave": "everything"})

    assert {state for state, _reason in states()} == {"ended"}


def test_unknown_link_is_gone_for_people_and_programs(reader, delivery):
    assert reader.get("/u/unknown").status_code == 410
    assert reader.post("/u/unknown", {"leave": "everything"}).status_code == 410
    assert reader.post("/u/unknown", ONE_CLICK).status_code == 410


def test_one_click_of_someone_erased_is_answered_calmly(reader, delivery):
    erase_subscriber(delivery.subscriber)

    assert reader.post(f"/u/{delivery.token}", ONE_CLICK).status_code == 200


def test_link_works_after_the_issue_is_long_over(reader, delivery):
    Issue.objects.update(state=Issue.State.SUBMITTED, page=None)

    assert reader.post(f"/u/{delivery.token}", ONE_CLICK).status_code == 200


def test_others_are_told_once_when_a_subscription_ends(reader, delivery, django_capture_on_commit_callbacks):
    told = []

    def listen(subscription, **kwargs):
        told.append(subscription.end_reason)

    subscription_ended.connect(listen)
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            reader.post(f"/u/{delivery.token}", ONE_CLICK)

    assert told == [Reason.UNSUBSCRIBED]


def test_series_that_ends_lets_its_followers_go(series, newsletter):
    SubscriptionFactory.create(newsletter=newsletter, topic=series)
    SubscriptionFactory.create(newsletter=newsletter)

    assert end_topic(series) == 1

    series.refresh_from_db()
    assert series.ended_at is not None
    assert states() == [("ended", Reason.TOPIC_ENDED), ("active", "")]
