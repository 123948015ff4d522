"""An author sends to a few first, and the others wait for what comes back."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from onward_newsletter import few_first
from onward_newsletter.actions.issues import issue_books, pause_issue, resume_issue
from onward_newsletter.actions.undoing import go_on_now
from onward_newsletter.models import Delivery, DeliveryEvent, Issue, Outbox, SendingState
from onward_newsletter.pump import pump
from tests.faults.sink import SinkThread

from .relay import readers, sending_to


pytestmark = pytest.mark.django_db

ISSUES = "/admin/newsletter/issues"
State = Issue.State
FEW, ALL = 50, 60


@pytest.fixture
def issue(relay: SinkThread) -> Issue:
    return sending_to(readers(ALL), small_first=True)


def fresh(issue: Issue) -> Issue:
    issue.refresh_from_db()
    return issue


def let_the_wait_end(issue: Issue) -> None:
    Issue.objects.filter(pk=issue.pk).update(few_first_until=timezone.now() - timedelta(seconds=1))


def came_back(issue: Issue, type: str, number: int = 1) -> None:
    """Let a provider say something about the first ``number`` of those who got it."""
    got = Delivery.objects.filter(issue=issue, state=SendingState.SUBMITTED)[:number]
    DeliveryEvent.objects.bulk_create(
        DeliveryEvent(
            delivery=row, provider="p", event_id=f"{type}{row.pk}", type=type, occurred_at=timezone.now()
        )
        for row in got
    )


def test_the_others_wait_until_the_few_are_through_and_ten_minutes_more(relay, issue) -> None:  # type: ignore[no-untyped-def]
    report = pump()
    again = pump()

    assert relay.book.count() == FEW
    # Nothing that is left on purpose rings for workers again and again.
    assert (report.left, again.left) == (0, 0)
    assert fresh(issue).state == State.SENDING
    assert issue_books(issue).is_balanced
    assert issue.few_first_until is not None
    wait = issue.few_first_until - timezone.now()
    assert timedelta(minutes=9) < wait <= timedelta(minutes=10)


def test_it_goes_on_by_itself_and_everybody_gets_one(relay, issue) -> None:  # type: ignore[no-untyped-def]
    pump()
    let_the_wait_end(issue)
    pump()

    assert fresh(issue).state == State.SUBMITTED
    assert relay.book.count() == ALL
    assert len(set(relay.book.accepted())) == ALL


def test_the_few_are_the_same_for_every_worker(issue) -> None:  # type: ignore[no-untyped-def]
    pump()
    few = set(few_first.few_of(fresh(issue)))

    assert len(few) == FEW
    assert few == set(Delivery.objects.filter(state=SendingState.SUBMITTED).values_list("pk", flat=True))


def test_the_few_are_one_in_a_hundred_of_a_large_audience() -> None:
    assert [few_first.size_of(Issue(candidate_count=n)) for n in (0, 50, 51, 5_000, 100_000)] == [
        *(0, 0, 50, 50),
        1_000,
    ]


def test_a_worker_that_died_among_the_few_changes_nothing(relay, issue) -> None:  # type: ignore[no-untyped-def]
    stopped = iter([False] * 40 + [True] * 10_000)
    pump(should_stop=lambda: next(stopped))
    assert 0 < relay.book.count() < FEW
    assert fresh(issue).few_first_until is None

    pump()

    assert relay.book.count() == FEW
    assert fresh(issue).few_first_until is not None


def test_an_audience_that_is_no_larger_than_the_few_does_not_wait(relay: SinkThread) -> None:
    issue = sending_to(readers(5), small_first=True)

    pump()

    assert (fresh(issue).state, relay.book.count()) == (State.SUBMITTED, 5)


@pytest.mark.parametrize(
    ("type", "number", "stops"),
    [("bounced", 2, True), ("bounced", 1, False), ("complained", 1, True), ("delivered", 50, False)],
)
def test_it_stops_when_too_much_comes_back(relay, issue, author, type, number, stops) -> None:  # type: ignore[no-untyped-def]
    Issue.objects.update(created_by=author.user)
    pump()
    came_back(issue, type, number)

    let_the_wait_end(issue)
    pump()

    assert (fresh(issue).state == State.PAUSED) == stops
    assert relay.book.count() == (FEW if stops else ALL)
    assert ("Of the first 50" in issue.state_reason) == stops
    assert Outbox.objects.filter(purpose="issue_paused").count() == stops


def test_it_stops_at_once_when_the_server_refuses_too_many_of_the_few(relay: SinkThread) -> None:
    issue = sending_to([*readers(40), *readers(20, "rejected")], small_first=True)

    pump()

    assert fresh(issue).state == State.PAUSED
    assert issue_books(issue).submitted < 40


def test_who_resumes_after_that_means_everybody(relay, issue) -> None:  # type: ignore[no-untyped-def]
    pump()
    came_back(issue, "complained")
    pump()
    assert fresh(issue).state == State.PAUSED

    resume_issue(issue)
    pump()

    assert fresh(issue).state == State.SUBMITTED
    assert len(set(relay.book.accepted())) == ALL


def test_a_pause_of_the_authors_does_not_end_the_wait(relay, issue) -> None:  # type: ignore[no-untyped-def]
    pump()
    pause_issue(fresh(issue))
    resume_issue(issue)
    pump()

    assert relay.book.count() == FEW


def test_go_on_now_ends_the_wait_once(relay, issue, author) -> None:  # type: ignore[no-untyped-def]
    pump()
    screen = author.get(f"{ISSUES}/inspect/{issue.pk}/").content.decode()
    assert "The first 50 have been tried." in screen
    assert "Go on now…" in screen

    author.post(f"{ISSUES}/go_on/{issue.pk}/")
    late = author.post(f"{ISSUES}/go_on/{issue.pk}/", follow=True)
    pump()

    assert "Nobody is waiting any more" in " ".join(str(line) for line in late.context["messages"])
    assert relay.book.count() == ALL


def test_mail_that_leaves_by_django_goes_to_a_few_first_too(newsletter, settings) -> None:  # type: ignore[no-untyped-def]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    issue = sending_to(readers(ALL), newsletter, small_first=True)

    pump()
    assert len(mail.outbox) == FEW

    go_on_now(issue)
    pump()
    assert len(mail.outbox) == ALL


def test_author_ticks_it_in_the_form(author, newsletter) -> None:  # type: ignore[no-untyped-def]
    data = {"newsletter": newsletter.pk, "subject": "A", "format": "full", "intro": "B", "small_first": "on"}

    author.post(f"{ISSUES}/new/", {**data, "outro": "", "topic": "", "preview_text": ""})

    assert Issue.objects.get().small_first
