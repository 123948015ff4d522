"""Whoever asked what came of an answer gets one mail about it: never two, and none is claimed that was not sent."""

import pytest
from django.urls import reverse
from django.utils import timezone

from onward_blog import mailing
from onward_blog.roundups.next_part import write_next_part
from onward_blog.roundups.telling import plan_telling, tell_readers
from onward_newsletter.actions.issues import prepare_issue, send_issue
from onward_newsletter.actions.subscribing import suppress
from onward_newsletter.addresses import address_key
from onward_newsletter.models import Delivery, Newsletter, Outbox, Subscriber, Subscription
from onward_newsletter.pump import pump
from onward_polls.models import FollowUp
from tests.blog.answers import a_part, a_poll, a_series, accepted, ballots, words


pytestmark = pytest.mark.django_db


@pytest.fixture
def newsletter():
    return Newsletter.objects.create(
        name="Onward", slug="onward", sender_name="A. Author", sender_address="author@example.org"
    )


@pytest.fixture
def poll():
    poll = a_poll()
    ballots(poll, {"Repair": 12})
    return poll


@pytest.fixture
def part_two(newsletter, poll, author):
    for name in ("ingrid", "olu"):
        now = timezone.now()
        FollowUp.objects.create(
            ballot=words(poll, "Quote me."), address=f"{name}@example.org", requested_at=now, confirmed_at=now
        )
    draft = accepted(write_next_part(a_part(a_series(), body=[("poll", poll)]), user=author.user))
    draft.get_latest_revision().publish(user=author.user)
    draft.refresh_from_db()
    return draft


def follows(newsletter, address: str) -> Subscription:
    subscriber = Subscriber.objects.create(address=address, address_key=address_key(address))
    return Subscription.objects.create(
        subscriber=subscriber, newsletter=newsletter, state="active", confirmed_at=timezone.now()
    )


def mail(part):
    issue = mailing.issue_for_article(part)
    send_issue(issue)
    prepare_issue(issue)
    return issue


def told() -> list[str]:
    return sorted(Outbox.objects.filter(purpose="tell_reader").values_list("address", flat=True))


def waiting(part) -> list[str]:
    return sorted(person.address for person in plan_telling(part).people)


def test_follower_cannot_be_told_from_here_before_the_issue(part_two, newsletter, author):
    follows(newsletter, "ingrid@example.org")
    address = reverse("onward_blog_desk:tell", args=[part_two.pk])

    page = author.get(address).content.decode()
    author.post(address, {"followers_too": "1"})
    issue = mail(part_two)

    assert "1 follower who asked waits for the issue" in page
    assert told() == ["olu@example.org"]
    assert [d.subscriber.address for d in issue.deliveries.all()] == ["ingrid@example.org"]


def test_whoever_got_the_issue_is_not_told_after_leaving(part_two, newsletter):
    subscription = follows(newsletter, "ingrid@example.org")
    mail(part_two)
    Delivery.objects.update(state="submitted")

    subscription.state = "ended"
    subscription.save(update_fields=["state"])
    tell_readers(part_two)

    assert told() == ["olu@example.org"]


@pytest.mark.parametrize("state", ["skipped", "failed"])
def test_whoever_the_issue_did_not_reach_is_told_from_here(part_two, newsletter, state):
    follows(newsletter, "ingrid@example.org")
    mail(part_two)
    Delivery.objects.update(state=state)

    assert waiting(part_two) == ["ingrid@example.org", "olu@example.org"]


def test_whoever_follows_only_after_the_issue_went_is_told_from_here(part_two, newsletter):
    follows(newsletter, "someone@example.org")
    mail(part_two)
    follows(newsletter, "ingrid@example.org")

    assert waiting(part_two) == ["ingrid@example.org", "olu@example.org"]


def test_reader_whose_address_is_closed_is_neither_told_nor_noted_as_told(part_two, author):
    suppress(address_key("ingrid@example.org"), "complained")
    address = reverse("onward_blog_desk:tell", args=[part_two.pk])

    page = author.get(address).content.decode()
    author.post(address)

    assert "whose address may not be written to" in page
    assert plan_telling(part_two).refused_count == 1
    assert told() == ["olu@example.org"]
    assert [f.address for f in FollowUp.objects.filter(told_at=None)] == ["ingrid@example.org"]


def test_follower_who_asked_counts_as_told_once_the_issue_went_out(
    part_two, newsletter, django_capture_on_commit_callbacks
):
    follows(newsletter, "ingrid@example.org")
    mail(part_two)

    with django_capture_on_commit_callbacks(execute=True):
        while pump(limit_seconds=5).submitted:
            pass

    assert Delivery.objects.get().state == "submitted"
    assert [f.address for f in FollowUp.objects.filter(told_at=None)] == ["olu@example.org"]
