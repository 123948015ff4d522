"""A new subscriber is led to what is out, and to nothing else."""

import pytest
from wagtail.models import PageViewRestriction

from onward_blog import mailing
from onward_newsletter.actions.subscribing import confirm
from onward_newsletter.actions.welcome import welcome_content
from onward_newsletter.models import Newsletter, Outbox, Subscriber, Subscription
from tests.blog.answers import a_part, a_series


pytestmark = pytest.mark.django_db


@pytest.fixture
def newsletter():
    return Newsletter.objects.create(
        name="Onward", slug="onward", sender_name="A. Author", sender_address="author@example.org"
    )


@pytest.fixture
def series(newsletter):
    series = a_series("Out of date?")
    for title in ("Where the week goes", "What you told me", "A secret part"):
        a_part(series, title=title)
    return series


def subscribed(newsletter, topic=None):
    person = Subscriber.objects.create(address="reader@example.org", address_key="k")
    return Subscription.objects.create(subscriber=person, newsletter=newsletter, topic=topic)


def article(series, title):
    return series.get_children().get(title=title).specific


def test_follower_of_a_series_gets_its_parts_in_order(newsletter, series, django_capture_on_commit_callbacks):
    a_part(a_series("Another series"), title="Of another series")
    with django_capture_on_commit_callbacks(execute=True):
        confirm(subscribed(newsletter, mailing.topic_for_series(series)))

    text = Outbox.objects.get(purpose="welcome").text
    assert text.index("Part 1: Where the week goes") < text.index("Part 2: What you told me")
    assert article(series, "Where the week goes").get_full_url() in text
    assert "Of another series" not in text


def test_subscriber_to_everything_gets_the_latest(newsletter, series):
    html = welcome_content(subscribed(newsletter)).html_body

    assert "What you told me" in html
    assert "Part 2" not in html


@pytest.mark.parametrize("followed", [True, False])
def test_drafts_and_private_parts_are_not_named(newsletter, series, followed):
    article(series, "A secret part").unpublish()
    hidden = article(series, "What you told me")
    PageViewRestriction.objects.create(page=hidden, restriction_type="password", password="x")
    topic = mailing.topic_for_series(series) if followed else None

    html = welcome_content(subscribed(newsletter, topic)).html_body

    assert "Where the week goes" in html
    assert "A secret part" not in html
    assert "What you told me" not in html


@pytest.mark.parametrize("key", ["series:999999", "series:", "series:x", "other:1", ""])
def test_topic_that_is_no_series_is_welcomed_without_a_list(newsletter, series, key):
    topic = newsletter.topics.create(name="Something", slug="something", key=key)

    assert welcome_content(subscribed(newsletter, topic)).html_body == ""


@pytest.fixture
def announced(series):
    part = article(series, "A secret part")
    part.next_question = "Who pays for it?"
    part.save_revision().publish()
    return part


def test_follower_of_a_series_is_told_what_the_next_part_will_ask(newsletter, series, announced):
    html = welcome_content(subscribed(newsletter, mailing.topic_for_series(series))).html_body

    assert f'{series.url}next/">Who pays for it?</a>' in html
    assert "Part 4 is announced" in html


def test_page_that_thanks_leads_to_the_first_part_and_the_next_one(reader, newsletter, series, announced):
    topic = mailing.topic_for_series(series)

    page = reader.get(f"/newsletter/thanks/?topic={topic.pk}").content.decode()

    assert f'<a href="{series.url}next/">Who pays for it?</a>' in page
    assert f'<a href="{article(series, "Where the week goes").url}">Where the week goes</a>' in page


@pytest.mark.parametrize(
    "topic", ["?topic=0", "?newsletter={newsletter}", "?topic={private}", "?topic={other}"]
)
def test_page_that_thanks_names_nothing_that_is_not_for_everybody(
    reader, newsletter, series, announced, topic
):
    private = mailing.topic_for_series(series)
    other = newsletter.topics.create(name="Weather", slug="weather", key="weather:1")
    PageViewRestriction.objects.create(page=series, restriction_type=PageViewRestriction.LOGIN)
    query = topic.format(newsletter=newsletter.pk, private=private.pk, other=other.pk)

    page = reader.get(f"/newsletter/thanks/{query}")

    assert page.status_code == 200
    assert "Who pays for it?" not in page.content.decode()
    assert "Where the week goes" not in page.content.decode()


def thanked(client, newsletter, topic=None):
    of = f"topic={topic.pk}" if topic else f"newsletter={newsletter.pk}"
    return client.get(f"/newsletter/thanks/?{of}").content.decode()


def test_whoever_confirmed_is_led_to_the_first_part_of_the_series_that_runs(client, newsletter, series):
    older = a_part(a_series("An older series"), title="Long ago")
    type(older).objects.exclude(pk=older.pk).update(first_published_at="2026-01-01T00:00Z")
    type(older).objects.filter(pk=older.pk).update(first_published_at="2020-01-01T00:00Z")
    first = article(series, "Where the week goes").get_absolute_url()

    for topic in (None, mailing.topic_for_series(series)):
        page = thanked(client, newsletter, topic)
        assert (f'<a href="{first}">Where the week goes</a>' in page, "Long ago" in page) == (True, False)


@pytest.mark.parametrize("why", ["ended", "private", "nothing"])
def test_whoever_confirmed_is_led_nowhere_where_no_series_runs(client, newsletter, series, why):
    if why == "ended":
        type(series).objects.filter(pk=series.pk).update(ended_at="2026-01-01T00:00Z")
    elif why == "private":
        PageViewRestriction.objects.create(page=series, restriction_type="login")
    else:
        series.delete()

    page = thanked(client, newsletter)

    assert "Thank you" in page
    assert "New here?" not in page
