"""An editor looks after subscribers in the admin."""

import csv
import io
import json
import re
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from onward_newsletter.models import Newsletter, Subscriber, Subscription, Suppression, Topic
from onward_newsletter.spreadsheets import safe_cell

from .factories import SubscriberFactory, SubscriptionFactory


pytestmark = pytest.mark.django_db

SUBSCRIBERS = "/admin/newsletter/subscribers"
SCREENS = ["inspect", "suppress", "erase", "export"]


@pytest.fixture
def subscription(newsletter, series):
    return SubscriptionFactory.create(
        subscriber__address="reader@example.org", newsletter=newsletter, topic=series
    )


def somebody_who_may(*codenames):
    user = get_user_model().objects.create_user("assistant", "assistant@example.org", "words")
    user.user_permissions.set(Permission.objects.filter(codename__in=["access_admin", *codenames]))
    browser = Client()
    browser.force_login(user)
    return browser


def test_list_is_searched_by_address(author, subscription):
    SubscriberFactory.create(address="other@example.org")

    page = author.get(f"{SUBSCRIBERS}/?q=reader").content.decode()

    assert "reader@example.org" in page
    assert "other@example.org" not in page
    assert "The manager in the middle (active)" in page


@pytest.mark.parametrize("query", ["state=suppressed", "subscription=ended", "topic=999", "q=%00", "state=x"])
def test_list_stands_whatever_is_asked_of_it(author, subscription, query):
    assert author.get(f"{SUBSCRIBERS}/?{query}").status_code == 200


def test_list_says_who_is_reached_and_why_others_are_not(author, newsletter):
    soon = timezone.now() + timedelta(days=3)
    for name, person, subscription in [
        ("reached", {}, {}),
        ("waits", {}, {"state": "pending"}),
        ("left", {}, {"state": "ended"}),
        ("bounced", {"state": "suppressed"}, {}),
        ("away", {"paused_until": soon}, {}),
        ("back", {"paused_until": timezone.now()}, {}),
    ]:
        subscriber = SubscriberFactory.create(address=f"{name}@example.org", **person)
        SubscriptionFactory.create(subscriber=subscriber, newsletter=newsletter, **subscription)

    page = author.get(f"{SUBSCRIBERS}/").content.decode()

    found = re.findall(r'class="w-status[^>]*>\s*([^<]*?)\s*<', page)
    away = f"on a break until {date_format(soon, 'j F')}"
    assert found == ["active", away, "suppressed", "gets nothing", "waiting for confirmation", "active"]


def test_list_is_filtered_without_naming_anybody_twice(author, subscription, newsletter):
    SubscriptionFactory.create(subscriber=subscription.subscriber, newsletter=newsletter)

    page = author.get(f"{SUBSCRIBERS}/?newsletter={newsletter.pk}&subscription=active").content.decode()

    assert "1 subscriber" in page


@pytest.mark.parametrize("name", SCREENS)
def test_who_may_edit_pages_sees_no_address(editor, subscription, name):
    for answer in (
        editor.get(f"{SUBSCRIBERS}/{name}/{subscription.subscriber_id}/"),
        editor.get(f"{SUBSCRIBERS}/"),
    ):
        assert answer.status_code in {302, 403}
        assert b"reader@example.org" not in answer.content


@pytest.mark.parametrize("name", ["suppress", "erase", "export"])
def test_who_may_only_look_may_change_nothing(subscription, name):
    browser = somebody_who_may("view_subscriber")
    pk = subscription.subscriber_id

    assert browser.get(f"{SUBSCRIBERS}/inspect/{pk}/").status_code == 200
    assert browser.post(f"{SUBSCRIBERS}/{name}/{pk}/").status_code in {302, 403}
    assert browser.post(f"{SUBSCRIBERS}/end/{pk}/{subscription.pk}/").status_code in {302, 403}
    assert Subscriber.objects.get().state == Subscriber.State.ACTIVE
    assert Subscription.objects.get().state == Subscription.State.ACTIVE


@pytest.mark.parametrize("name", ["new", "edit", "delete"])
def test_nobody_writes_subscribers_by_hand(author, subscription, name):
    path = f"{SUBSCRIBERS}/{name}/" + ("" if name == "new" else f"{subscription.subscriber_id}/")

    assert author.post(path, {"address": "made@example.org"}).status_code in {302, 403}
    assert list(Subscriber.objects.values_list("address", flat=True)) == ["reader@example.org"]


def test_screen_shows_consent_and_source(author, subscription):
    page = author.get(f"{SUBSCRIBERS}/inspect/{subscription.subscriber_id}/").content.decode()

    assert "We write once." in page
    assert "/the-manager/part-1/" in page
    assert "(page)" in page


def test_editor_ends_one_subscription(author, subscription):
    path = f"{SUBSCRIBERS}/end/{subscription.subscriber_id}/{subscription.pk}/"
    author.get(path)
    assert Subscription.objects.get().state == Subscription.State.ACTIVE

    author.post(path)

    assert Subscription.objects.get().end_reason == Subscription.EndReason.BY_EDITOR


def test_subscription_of_another_subscriber_cannot_be_slipped_in(author, subscription):
    other = SubscriberFactory.create()

    response = author.post(f"{SUBSCRIBERS}/end/{other.pk}/{subscription.pk}/", follow=True)

    assert "not one of this subscriber" in str(next(iter(response.context["messages"])))
    assert Subscription.objects.get().state == Subscription.State.ACTIVE


def test_editor_stops_all_mail(author, subscription):
    author.post(f"{SUBSCRIBERS}/suppress/{subscription.subscriber_id}/")

    assert Suppression.objects.get().reason == Suppression.Reason.BY_EDITOR
    assert Subscriber.objects.get().state == Subscriber.State.SUPPRESSED


def test_editor_erases_a_subscriber_after_being_asked(author, subscription):
    path = f"{SUBSCRIBERS}/erase/{subscription.subscriber_id}/"
    assert b"its 1 subscription" in author.get(path).content
    assert Subscriber.objects.exists()

    response = author.post(path, follow=True)

    assert response.status_code == 200
    assert not Subscriber.objects.exists()


def test_editor_answers_a_request_for_data(author, subscription):
    response = author.post(f"{SUBSCRIBERS}/export/{subscription.subscriber_id}/")

    assert json.loads(response.content)["address"] == "reader@example.org"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_list_is_exported(author, subscription, kind):
    response = author.get(f"{SUBSCRIBERS}/?export={kind}")

    assert response.status_code == 200
    content = b"".join(response.streaming_content) if response.streaming else response.content
    assert kind == "xlsx" or b"reader@example.org" in content


def test_no_cell_of_an_export_is_a_formula(author, newsletter):
    Newsletter.objects.update(name="@SUM(A1)")
    for start in ("=1+1", "+1", "-1"):
        person = SubscriberFactory.create(address=f"{start}@example.org")
        SubscriptionFactory.create(subscriber=person, newsletter=newsletter, source="=HYPERLINK(1)")

    response = author.get(f"{SUBSCRIBERS}/?export=csv")
    rows = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode())))

    assert len(rows) == 4
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert "'=1+1@example.org" in {row[0] for row in rows}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_text_that_a_spreadsheet_would_run_is_quoted(start):
    assert safe_cell(f"{start}1") == f"'{start}1"


@pytest.mark.parametrize("value", ["a=1", 3, -3, None, ""])
def test_other_cells_are_left_alone(value):
    assert safe_cell(value) == value


def test_editor_makes_a_newsletter_and_a_topic(author):
    sender = {"sender_name": "Mara", "sender_address": "mara@example.org"}
    data = {"name": "The Floor", "slug": "floor", "description": "", "reply_to": "", "postal_address": ""}
    author.post("/admin/newsletter/newsletters/new/", {**data, **sender, "rate_per_second": ""})
    newsletter = Newsletter.objects.get()

    author.post(
        "/admin/newsletter/topics/new/", {"newsletter": newsletter.pk, "name": "Tools", "slug": "tools"}
    )

    assert Topic.objects.get().key == "own:tools"
    assert b"Tools" in author.get("/admin/newsletter/topics/").content


def test_editor_sets_how_fast_a_newsletter_goes_and_how_it_welcomes(author, newsletter):
    edit = f"/admin/newsletter/newsletters/edit/{newsletter.pk}/"
    fields = ("name", "slug", "sender_name", "sender_address")
    kept = {name: getattr(newsletter, name) for name in fields}
    asked = author.get(edit).content.decode()

    for rate, welcomes in (("300", {"welcomes": "on"}), ("", {})):
        data = {**kept, "rate_per_second": "14", "rate_per_day": rate, "welcome_text": "Hello.", **welcomes}
        author.post(edit, data)
        newsletter.refresh_from_db()

        assert newsletter.rate_per_day == (int(rate) if rate else None)
        assert (newsletter.rate_per_second, newsletter.welcome_text) == (14, "Hello.")
        assert newsletter.welcomes == bool(welcomes)
    assert all(f'name="{name}"' in asked for name in ("rate_per_day", "welcomes", "welcome_text"))


@pytest.mark.parametrize("name", ["A\r\nBcc: x@example.org", "Zero\0"])
def test_sender_with_a_line_break_never_becomes_a_header(author, name):
    data = {"name": "F", "slug": "f", "sender_name": name, "sender_address": "mara@example.org"}

    author.post("/admin/newsletter/newsletters/new/", data)

    assert not Newsletter.objects.filter(sender_name__contains="\n").exists()
