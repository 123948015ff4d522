"""An article becomes a mail."""

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from django.core import mail as django_mail
from django.urls import reverse
from django.utils import timezone

from onward_blog import mailing
from onward_blog.mail import send_mail
from onward_blog.mail_content import article_html
from onward_blog.roundups.next_part import write_next_part
from onward_newsletter.actions.composing import compose_issue
from onward_newsletter.models import Delivery, Issue, Newsletter, Subscriber, Subscription, Topic
from onward_polls.actions import rebuild_tallies
from onward_polls.models import Poll
from onward_polls.readers import resolve_mail_token
from tests.blog.answers import a_part, a_poll, a_series, ballots, words


pytestmark = pytest.mark.django_db

LONG_AGO = datetime(2026, 5, 30, tzinfo=UTC)
FAR_AHEAD = datetime(2096, 5, 30, tzinfo=UTC)


@pytest.fixture
def newsletter():
    return Newsletter.objects.create(
        name="Onward", slug="onward", sender_name="A. Author", sender_address="author@example.org"
    )


@pytest.fixture
def poll():
    return a_poll(options=("Repair", "Selling & more"))


@pytest.fixture
def article(newsletter, poll):
    long = "<p>" + "Before the question stands a paragraph of many words. " * 30 + "</p>"
    return a_part(
        a_series("Out of date?"),
        standfirst="One number, twice over.",
        body=[
            ("paragraph", long + '<p>See <a href="/elsewhere/">elsewhere</a>.</p>'),
            ("poll", poll),
            ("paragraph", "<p>After the question.</p>"),
            ("subscribe", None),
        ],
    )


def links_of(html: str) -> list[str]:
    return re.findall(r'href="([^"]*)"', html)


def test_each_option_is_a_link_with_a_slot_for_the_reader(article, poll):
    html = article_html(article)

    options = [f"http://127.0.0.1:8000/v/%%token%%/{option.uuid}" for option in poll.options.all()]
    assert [link for link in links_of(html) if "%%token%%" in link] == options
    assert "Selling &amp; more" in html


def test_every_link_of_the_mail_is_absolute(article):
    issue = mailing.issue_for_article(article)
    rendered = compose_issue(issue)

    links = [link for link in links_of(rendered.html) if not link.startswith("%%")]
    assert links
    assert {urlsplit(link).netloc for link in links} == {"127.0.0.1:8000"}
    assert "http://127.0.0.1:8000/elsewhere/" in links


def test_text_part_holds_the_article_and_the_answers(article, poll):
    text = compose_issue(mailing.issue_for_article(article)).text

    assert "The squeezed manager" in text
    assert "After the question." in text
    for option in poll.options.all():
        assert option.text in text
        assert f"/v/%%token%%/{option.uuid}" in text


def test_until_poll_ends_with_the_first_poll(article, poll):
    html = article_html(article, "until_poll")

    assert poll.question in html
    assert "After the question." not in html
    assert "Read on, and answer on the site" in html


def test_excerpt_is_short_and_leads_to_the_site(article, poll):
    html = article_html(article, "excerpt")

    assert "Before the question" in html
    assert "After the question." not in html
    assert poll.question not in html
    assert f'class="button" href="http://127.0.0.1:8000{article.get_url()}"' in html


def test_closed_poll_has_no_links_to_vote(article, poll):
    poll.closes_at = timezone.now()
    poll.save(update_fields=["closes_at"])

    assert "%%token%%" not in article_html(article)


def test_options_say_what_the_ends_of_a_scale_mean_and_where_other_is_written(article, poll):
    poll.kind, poll.low_label, poll.high_label = "scale", "not at all", "entirely"
    poll.save(update_fields=["kind", "low_label", "high_label"])
    html = article_html(article)

    assert "Repair: not at all" in html
    assert "Selling &amp; more: entirely" in html

    poll.kind = "single"
    poll.save(update_fields=["kind"])
    poll.options.filter(text="Repair").update(is_other=True)

    assert "Repair (write it on the page that opens)" in article_html(article)


@pytest.mark.parametrize(
    ("fields", "said", "counted"),
    [
        ({"results_visibility": "always"}, "", True),
        ({"results_visibility": "after_voting"}, "", False),
        ({"results_visibility": "after_closing"}, "is shown when it has closed", False),
        ({"results_visibility": "editors"}, "", False),
        ({"results_visibility": "after_closing", "closes_at": LONG_AGO}, "It is closed", True),
        ({"results_visibility": "after_voting", "closes_at": LONG_AGO}, "It is closed", True),
        ({"results_visibility": "editors", "closes_at": LONG_AGO}, "It is closed", False),
        ({"results_visibility": "always", "opens_at": FAR_AHEAD}, "It takes answers from", False),
    ],
)
def test_a_mail_shows_results_only_where_everybody_may_see_them(article, poll, fields, said, counted):
    ballots(poll, {"Repair": 47, "Selling & more": 0})
    rebuild_tallies(poll)
    Poll.objects.filter(pk=poll.pk).update(**fields)

    html = article_html(type(article).objects.get(pk=article.pk))

    assert said in html
    assert ("<strong>47</strong>" in html) == counted
    assert ("%%token%%" in html) == (not {"closes_at", "opens_at"} & set(fields))


def test_an_archived_poll_is_not_mailed(article, poll):
    Poll.objects.filter(pk=poll.pk).update(archived_at=timezone.now())

    assert poll.question not in article_html(type(article).objects.get(pk=article.pk))


def test_next_part_is_mailed_with_its_numbers(article, poll, author):
    ballots(poll, {"Repair": 12, "Selling & more": 3})
    words(poll, "I stopped forwarding mails.", credit="Ingrid Solheim")
    draft = write_next_part(article, user=author.user)

    rendered = compose_issue(mailing.issue_for_article(draft))

    assert "13" in rendered.text
    assert "81%" in rendered.text
    assert "I stopped forwarding mails." in rendered.text
    assert "Ingrid Solheim" in rendered.html
    assert "<svg" not in rendered.html


def test_series_has_one_topic_that_follows_its_name(article):
    series = article.get_parent().specific
    series.save_revision().publish()
    series.title = "Still out of date?"
    series.save_revision().publish()

    topic = Topic.objects.get()
    assert (topic.key, topic.name) == (f"series:{series.pk}", "Still out of date?")


def test_box_offers_the_series_and_makes_nothing_by_being_shown(article):
    assert "Out of date?" not in mailing.subscribe_box(article)
    assert not Topic.objects.exists()

    mailing.topic_for_series(article.series)
    assert "<form" in mailing.subscribe_box(article)


def test_mailing_twice_opens_the_same_issue(article, author):
    address = reverse("onward_blog_desk:mail", args=[article.pk])

    first = author.post(address, {"format": "until_poll"})
    second = author.post(address, {"format": "full"})

    assert first.url == second.url
    issue = Issue.objects.get()
    assert (issue.format, issue.topic.key) == ("until_poll", f"series:{article.get_parent().pk}")


def test_publishing_mails_nobody_and_offers_to(article, author):
    article.save_revision().publish()
    assert not Issue.objects.exists()

    edit = reverse("wagtailadmin_pages:edit", args=[article.pk])
    assert reverse("onward_blog_desk:mail", args=[article.pk]) in author.get(edit).content.decode()


def test_token_of_a_mail_names_the_subscriber_and_half_hides_the_address(article, newsletter):
    subscriber = Subscriber.objects.create(address="ingrid@example.org", address_key="a" * 64)
    Subscription.objects.create(subscriber=subscriber, newsletter=newsletter, state="active")
    issue = mailing.issue_for_article(article)
    delivery = Delivery.objects.create(
        issue=issue, subscriber=subscriber, address_key="a" * 64, next_at=timezone.now()
    )

    reader = resolve_mail_token(delivery.token)

    assert (reader.identity, reader.page_ref) == (f"subscriber:{subscriber.uuid}", article.pk)
    assert "ingrid" not in reader.hint
    assert resolve_mail_token("A" * 22) is None


def test_without_the_newsletter_mail_goes_by_django_once_for_each_key(
    settings, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr("onward_blog.mail.mailing.is_installed", lambda: False)
    letter = {
        "purpose": "notice",
        "address": "reader@example.org",
        "subject": "Hello",
        "text": "Text",
        "key": "k",
    }

    with django_capture_on_commit_callbacks(execute=True):
        taken = [send_mail(**letter), send_mail(**letter)]

    assert taken == [True, False]
    assert [(message.to, message.subject) for message in django_mail.outbox] == [
        (["reader@example.org"], "Hello")
    ]
