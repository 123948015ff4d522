"""Counts that readers may not see are in no place where a roundup shows up, and change no byte of any."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from onward_blog import mailing
from onward_blog.responses.canonical import canonical_json
from onward_blog.roundups.actions import compile_roundup
from onward_newsletter.actions.issues import prepare_issue, send_issue
from onward_newsletter.models import Issue, Newsletter, Subscriber, Subscription
from onward_newsletter.pump import pump
from onward_polls.actions import ask_again, rebuild_tallies, refresh_breakdown
from onward_polls.models import FairnessFlag, Poll, Theme, WordsNote
from tests.blog.answers import MONDAY, a_ballot, a_part, a_poll, a_series, ballots, words
from tests.blog.roundups import a_published_roundup, read


pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shown() -> Poll:
    poll = a_poll("What takes most of your week?", results_visibility="always")
    ballots(poll, {"Repair": 11})
    return poll


def hide(poll: Poll, how: str) -> None:
    later = timezone.now() + timedelta(days=30)
    closes = {"closes_at": later} if how == "after_closing" else {}
    Poll.objects.filter(pk=poll.pk).update(results_visibility=how, **closes)
    poll.refresh_from_db()


def answered(poll: Poll, n: int) -> None:
    """Answer a poll in every way that a roundup could tell of."""
    for number in range(n):
        a_ballot(poll, poll.options.first(), role="Manager", at=MONDAY + timedelta(minutes=number))
    written = [words(poll, f"A secret sentence {number}.", credit="Ingrid Solheim") for number in range(6)]
    theme = Theme.objects.create(poll=poll, name="Leaving soon")
    for ballot in written:
        WordsNote.objects.create(ballot=ballot, theme=theme)
    flag = FairnessFlag.objects.create(
        poll=poll, kind="burst", network="n" * 64, first_at=MONDAY, last_at=MONDAY, found_at=MONDAY
    )
    flag.ballots.set(written)
    rebuild_tallies()
    refresh_breakdown(poll)


SECRETS = ("Gladly", "Would you leave", "secret sentence", "Solheim", "Leaving soon", "Manager")


def sent_everywhere(article: Any, how: str, n: int) -> list[Any]:
    """Publish a part beside an article with a hidden poll that n readers answered; return all that is sent."""
    secret = a_poll("Would you leave?", ("Gladly", "Never"), roles="Manager\nSales rep")
    hide(secret, how)
    answered(secret, n)
    article.body.append(("poll", secret))
    published = a_published_roundup(article)
    issue = mailed(published.part)
    addresses = [published.page_url, published.json_url, published.csv_url, published.part.url, "/feed/"]
    found = []
    for url in [*addresses, f"/newsletter/issues/{issue.pk}/"]:
        response = Client().get(url)
        found.append((url, response.status_code, response.content.decode(), response.get("ETag")))
    return found


def mailed(part: Any) -> Issue:
    newsletter = Newsletter.objects.create(
        name="Onward", slug="onward", sender_name="A. Author", sender_address="author@example.org"
    )
    subscriber = Subscriber.objects.create(address="reader@example.org", address_key="r" * 64)
    Subscription.objects.create(
        subscriber=subscriber, newsletter=newsletter, state="active", confirmed_at=timezone.now()
    )
    issue = mailing.issue_for_article(part)
    send_issue(issue)
    if issue.state == Issue.State.PREPARING:
        prepare_issue(issue)
    pump()
    return issue


@pytest.mark.parametrize("how", ["editors", "after_closing"])
def test_nothing_of_a_hidden_poll_is_sent_from_any_address(shown: Poll, how: str) -> None:
    article = a_part(a_series(), body=[("poll", shown)])

    for url, status, content, _etag in sent_everywhere(article, how, 13):
        assert status == 200, url
        for secret in SECRETS:
            assert secret not in content, (url, secret)


@pytest.mark.parametrize("how", ["editors", "after_closing"])
def test_a_hidden_count_changes_neither_hash_nor_size(shown: Poll, how: str) -> None:
    secret = a_poll("Would you leave?", ("Gladly", "Never"))
    hide(secret, how)
    article = a_part(a_series(), body=[("poll", shown), ("poll", secret)])
    article.save_revision().publish()
    before = compile_roundup(article)

    answered(secret, 40)

    after = compile_roundup(article)
    assert (after.pk, after.inputs_hash) == (before.pk, before.inputs_hash)


@pytest.mark.parametrize("how", ["editors", "after_closing"])
def test_an_earlier_poll_that_is_hidden_is_compared_with_nothing(how: str) -> None:
    earlier = a_poll("Would you leave?", ("Gladly", "Never"))
    before = [a_ballot(earlier, earlier.options.first(), at=MONDAY - timedelta(days=9)) for _n in range(17)]
    hide(earlier, how)
    poll = ask_again(earlier)
    Poll.objects.filter(pk=poll.pk).update(question="And now?", results_visibility="always")
    poll.refresh_from_db()
    for ballot in before:
        a_ballot(poll, poll.options.last(), previous=ballot)
    rebuild_tallies()
    refresh_breakdown(poll)

    published = a_published_roundup(a_part(a_series(), body=[("poll", poll)]))

    assert {row["table"] for row in published.rows()} == {"options"}
    document = canonical_json(published.roundup.data)
    assert '"then":null' in document
    assert '"moves":null' in document
    for url in (published.page_url, published.part.url, published.csv_url, published.json_url):
        assert "Would you leave" not in read(url)


def test_a_preview_shows_what_readers_will_see(shown: Poll, author: Any) -> None:
    secret = a_poll("Would you leave?", ("Gladly", "Never"))
    hide(secret, "editors")
    answered(secret, 13)
    article = a_part(a_series(), body=[("poll", shown), ("poll", secret)])
    roundup = compile_roundup(article)
    draft = a_part(article.get_parent().specific, "Draft", [("roundup", {"roundup": roundup})], live=False)
    draft.save_revision()

    preview = author.get(reverse("wagtailadmin_pages:view_draft", args=[draft.pk])).content.decode()
    page = author.get(reverse("onward_blog:roundup", args=[roundup.pk])).content.decode()

    assert "What takes most of your week?" in preview
    for secret_text in SECRETS:
        assert secret_text not in preview
        assert secret_text not in page
