"""Whatever happens between the plan and the mails, nobody hears twice of one part, and nobody who should not."""

from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from wagtail.models import PageViewRestriction

from onward_blog import mailing
from onward_blog.following.ending import end_series
from onward_blog.models import CommentState, RoundupUse
from onward_blog.roundups.next_part import write_next_part
from onward_blog.roundups.telling import CannotTell, plan_telling, tell_readers
from onward_newsletter.actions.issues import issue_books, prepare_issue, send_issue
from onward_newsletter.actions.personal_data import erase_subscriber
from onward_newsletter.actions.subscribing import suppress
from onward_newsletter.addresses import address_key, normalise_address
from onward_newsletter.models import Delivery, Newsletter, Outbox, Subscriber, Subscription
from onward_newsletter.pump import pump
from onward_polls.models import FollowUp, Poll
from tests.blog.answers import a_part, a_poll, a_series, ballots, words
from tests.blog.discussion import a_public


pytestmark = pytest.mark.django_db


@pytest.fixture
def newsletter() -> Newsletter:
    return Newsletter.objects.create(
        name="Onward", slug="onward", sender_name="A. Author", sender_address="author@example.org"
    )


def asks(poll: Poll, address: str, text: str = "Quote me.") -> FollowUp:
    now = timezone.now()
    return FollowUp.objects.create(
        ballot=words(poll, text), address=address, requested_at=now, confirmed_at=now
    )


def an_answered_part(series: Any, *addresses: str, title: str = "The squeezed manager") -> Any:
    poll = a_poll()
    ballots(poll, {"Repair": 12, "Selling": 30})
    for address in addresses:
        asks(poll, address)
    return a_part(series, title, body=[("poll", poll)])


def next_part(part: Any, user: Any, **changes: Any) -> Any:
    """Write the next part with the real action, accept what the site wrote, and publish it."""
    return publish(write_next_part(part, user=user), **changes)


def publish(draft: Any, **changes: Any) -> Any:
    for block in draft.body:
        if hasattr(block.value, "get") and "accepted" in block.value:
            block.value["accepted"] = True
    for name, value in changes.items():
        setattr(draft, name, value)
    draft.save_revision().publish()
    return type(draft).objects.get(pk=draft.pk)


def follows(newsletter: Newsletter, address: str) -> Subscription:
    spelling = normalise_address(address)
    subscriber, _made = Subscriber.objects.get_or_create(
        address_key=address_key(spelling), defaults={"address": spelling}
    )
    return Subscription.objects.create(
        subscriber=subscriber, newsletter=newsletter, state="active", confirmed_at=timezone.now()
    )


def prepare(part: Any) -> Any:
    issue = mailing.issue_for_article(part)
    send_issue(issue)
    prepare_issue(issue)
    return issue


def send_all(callbacks: Any) -> None:
    with callbacks(execute=True):
        while pump(limit_seconds=5).submitted:
            pass


def told() -> list[str]:
    return sorted(Outbox.objects.filter(purpose="tell_reader").values_list("address", flat=True))


def waiting(part: Any) -> list[str]:
    return sorted(person.address for person in plan_telling(part).people)


def test_one_person_is_one_person_however_the_address_is_spelt(newsletter: Newsletter, author: Any) -> None:
    part = an_answered_part(
        a_series(), "Olu@Example.ORG", "olu@example.org ", "INGRID@example.org", "me@bücher.example"
    )
    follows(newsletter, "ingrid@EXAMPLE.org")
    second = next_part(part, author.user)

    assert waiting(second) == ["me@xn--bcher-kva.example", "olu@example.org"]
    assert plan_telling(second).among_followers == 1
    assert tell_readers(second) == 2
    assert FollowUp.objects.filter(told_at=None).count() == 1


def test_an_address_with_a_tag_is_another_mailbox(newsletter: Newsletter, author: Any) -> None:
    part = an_answered_part(a_series(), "olu+onward@example.org")
    follows(newsletter, "olu@example.org")
    second = next_part(part, author.user)

    assert waiting(second) == ["olu+onward@example.org"]


def test_an_address_from_before_the_rules_stops_nobody_else(newsletter: Newsletter, author: Any) -> None:
    part = an_answered_part(a_series(), "jürgen@example.org", "olu@example.org")
    second = next_part(part, author.user)

    page = author.get(reverse("onward_blog_desk:tell", args=[second.pk]))

    assert page.status_code == 200
    assert plan_telling(second).refused_count == 1
    assert tell_readers(second) == 1
    assert told() == ["olu@example.org"]


def test_pressing_again_tells_nobody_and_plans_nobody(newsletter: Newsletter, author: Any) -> None:
    second = next_part(an_answered_part(a_series(), "olu@example.org"), author.user)
    assert plan_telling(second).quoted_unreachable == 0

    assert (tell_readers(second), tell_readers(second)) == (1, 0)

    after = plan_telling(second)
    assert (after.people, after.told_count, after.quoted_unreachable) == ((), 1, 0)


def test_whoever_asks_once_more_after_the_mail_has_had_it(newsletter: Newsletter, author: Any) -> None:
    part = an_answered_part(a_series(), "olu@example.org")
    second = next_part(part, author.user)
    tell_readers(second)

    asks(Poll.objects.earliest("pk"), "olu@example.org", "And another thing.")
    tell_readers(second)

    assert told() == ["olu@example.org"]
    assert not FollowUp.objects.filter(told_at=None).exists()


def test_a_crash_before_the_end_leaves_no_mail_and_no_note(newsletter: Newsletter, author: Any) -> None:
    second = next_part(an_answered_part(a_series(), "a@example.org", "b@example.org"), author.user)

    with transaction.atomic():
        tell_readers(second)
        transaction.set_rollback(True)

    assert told() == []
    assert FollowUp.objects.filter(told_at=None).count() == 2
    assert RoundupUse.objects.get().told_at is None
    assert tell_readers(second) == 2


def test_suppressed_between_the_plan_and_the_mail(
    newsletter: Newsletter, author: Any, mailoutbox: Any
) -> None:
    second = next_part(an_answered_part(a_series(), "a@example.org", "b@example.org"), author.user)
    assert waiting(second) == ["a@example.org", "b@example.org"]

    suppress(address_key("a@example.org"), "complained")
    tell_readers(second)
    suppress(address_key("b@example.org"), "complained")
    while pump(limit_seconds=5).submitted:
        pass

    assert told() == ["b@example.org"]
    assert [mail.to for mail in mailoutbox] == []
    assert Outbox.objects.get(purpose="tell_reader").state == "skipped"


def test_erased_between_the_plan_and_the_mail(
    newsletter: Newsletter, author: Any, mailoutbox: Any, django_capture_on_commit_callbacks: Any
) -> None:
    second = next_part(an_answered_part(a_series(), "a@example.org"), author.user)
    subscription = follows(newsletter, "a@example.org")
    subscription.state = "ended"
    subscription.save(update_fields=["state"])
    tell_readers(second)

    erase_subscriber(subscription.subscriber)
    send_all(django_capture_on_commit_callbacks)

    assert not any("a@example.org" in mail.to for mail in mailoutbox)


def test_a_follower_who_pauses_is_told_once_from_here_and_not_by_the_issue_later(
    newsletter: Newsletter, author: Any, mailoutbox: Any, django_capture_on_commit_callbacks: Any
) -> None:
    second = next_part(an_answered_part(a_series(), "a@example.org"), author.user)
    follows(newsletter, "a@example.org")
    follows(newsletter, "someone@example.org")
    Subscriber.objects.filter(address="a@example.org").update(paused_until="2999-01-01T00:00Z")
    tell_readers(second)
    Subscriber.objects.update(paused_until=None)

    issue = prepare(second)
    send_all(django_capture_on_commit_callbacks)

    assert sorted(mail.to[0] for mail in mailoutbox) == ["a@example.org", "someone@example.org"]
    assert issue.deliveries.get(subscriber__address="a@example.org").reason == "told already"
    assert issue_books(issue).skipped == 1
    assert issue_books(issue).is_balanced


def test_who_was_told_and_follows_then_does_not_get_the_issue_too(
    newsletter: Newsletter, author: Any, mailoutbox: Any, django_capture_on_commit_callbacks: Any
) -> None:
    second = next_part(an_answered_part(a_series(), "a@example.org"), author.user)
    tell_readers(second)
    follows(newsletter, "A@example.org")

    issue = prepare(second)
    send_all(django_capture_on_commit_callbacks)

    issue.refresh_from_db()
    assert [mail.to for mail in mailoutbox] == [["a@example.org"]]
    assert issue.state == "submitted"
    assert waiting(second) == []


def test_whom_the_issue_reached_is_not_told_of_a_later_part_though_the_note_was_lost(
    newsletter: Newsletter, author: Any, django_capture_on_commit_callbacks: Any
) -> None:
    first = an_answered_part(a_series(), "a@example.org", "b@example.org")
    second = next_part(first, author.user)
    subscription = follows(newsletter, "a@example.org")
    prepare(second)
    Delivery.objects.update(state="submitted")  # and the worker died before anybody noted it
    Subscription.objects.filter(pk=subscription.pk).update(state="ended")
    ballots(Poll.objects.earliest("pk"), {"Repair": 1})
    third = publish(write_next_part(first, user=author.user))
    assert third.pk != second.pk

    assert waiting(third) == ["b@example.org"]
    tell_readers(third)
    assert told() == ["b@example.org"]
    assert not FollowUp.objects.filter(told_at=None).exists()


def test_asked_twice_and_quoted_twice_is_one_mail_that_names_both_parts(
    newsletter: Newsletter, author: Any
) -> None:
    series = a_series()
    first = an_answered_part(series, "a@example.org")
    second = an_answered_part(series, "a@example.org", title="The other week")
    draft = write_next_part(second, user=author.user)
    other = write_next_part(first, user=author.user)
    assert other.pk == draft.pk
    third = publish(other)

    assert tell_readers(third) == 1
    mail = Outbox.objects.get(purpose="tell_reader")
    assert "Part 1" in mail.text
    assert "Part 2" in mail.text
    assert "#quote-" in mail.text


def test_the_mail_says_what_the_reader_chose_and_never_what_was_written(
    newsletter: Newsletter, author: Any
) -> None:
    second = next_part(an_answered_part(a_series(), "a@example.org"), author.user)

    tell_readers(second)

    mail = Outbox.objects.get(purpose="tell_reader")
    for part in (mail.text, mail.html):
        assert "In Part 1 you chose “Repair”, like 13 of 43 readers." in part
        assert "Quote me." not in part


def test_a_quoted_comment_is_told_of_once_for_all_parts(newsletter: Newsletter, author: Any) -> None:
    series = a_series()
    first = an_answered_part(series)
    state = a_public(first, "Ask the people who left?")
    CommentState.objects.filter(pk=state.pk).update(follows_replies=True)
    type(state.comment).objects.filter(pk=state.comment_id).update(user_email="c@example.org")
    second = next_part(first, author.user)
    assert tell_readers(second) == 1

    last = publish(end_series(type(series).objects.get(pk=series.pk), user=author.user))

    assert waiting(last) == []
    assert tell_readers(last) == 0
    assert told() == ["c@example.org"]


@pytest.mark.parametrize("closed", ["unpublished", "private"])
def test_a_part_that_nobody_can_open_tells_nobody(newsletter: Newsletter, author: Any, closed: str) -> None:
    second = next_part(an_answered_part(a_series(), "a@example.org"), author.user)
    if closed == "unpublished":
        type(second).objects.get(pk=second.pk).unpublish()
    else:
        PageViewRestriction.objects.create(page=second, restriction_type=PageViewRestriction.LOGIN)

    with pytest.raises(CannotTell):
        tell_readers(second)
    author.post(reverse("onward_blog_desk:tell", args=[second.pk]))

    assert told() == []
    assert FollowUp.objects.filter(told_at=None).count() == 1
