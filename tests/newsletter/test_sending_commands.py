"""The author's buttons, from a shell."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from wagtail import hooks
from wagtail.models import Page

from onward_newsletter.models import Issue
from onward_newsletter.rendering import IssueContent
from tests.faults.sink import SinkThread

from .factories import NewsletterFactory, SubscriptionFactory, TopicFactory
from .relay import issue_to, readers, sending_to


pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    output = StringIO()
    call_command(*words, stdout=output)
    return output.getvalue()


def test_an_issue_is_sent_from_the_shell(relay: SinkThread) -> None:
    issue = issue_to(readers(3))

    said = run("send_issue", f"--issue={issue.pk}")
    run("run_outbox", "--once")

    assert "3 subscribers now" in said
    assert relay.book.count() == 3


def test_a_page_is_mailed_once_however_often_it_is_asked_for(relay: SinkThread) -> None:
    newsletter = NewsletterFactory.create()
    SubscriptionFactory.create(newsletter=newsletter)
    page = Page.objects.filter(depth=2).first()
    assert page is not None

    with hooks.register_temporarily(
        "onward_newsletter_issue_content", lambda issue: IssueContent("<p>Hello.</p>")
    ):
        run("send_issue", f"--page={page.pk}")
        with pytest.raises(CommandError, match="already"):
            run("send_issue", f"--page={page.pk}")
        run("run_outbox", "--once")

    assert relay.book.count() == 1
    assert Issue.objects.get().page_id == page.pk


def test_all_widens_the_audience_of_a_draft(relay: SinkThread) -> None:
    topic = TopicFactory.create()
    other = TopicFactory.create(newsletter=topic.newsletter)
    issue = issue_to(readers(2), topic.newsletter, topic=topic)
    SubscriptionFactory.create(newsletter=topic.newsletter, topic=other)

    run("send_issue", f"--issue={issue.pk}", "--to=all")
    run("run_outbox", "--once")

    assert relay.book.count() == 3


def test_a_topic_is_needed_to_send_to_one() -> None:
    issue = issue_to(readers(1))

    with pytest.raises(CommandError, match="no topic"):
        run("send_issue", f"--issue={issue.pk}", "--to=topic")


def test_a_time_schedules(relay: SinkThread) -> None:
    issue = issue_to(readers(1))
    moment = (timezone.now() + timedelta(days=1)).replace(microsecond=0)

    said = run("send_issue", f"--issue={issue.pk}", f"--at={moment.isoformat()}")

    issue.refresh_from_db()
    assert (issue.state, issue.scheduled_at) == (Issue.State.SCHEDULED, moment)
    assert f"{moment:%Y-%m-%d %H:%M} UTC" in said


@pytest.mark.parametrize("nonsense", ["tomorrow", "2027-13-01T08:00"])
def test_a_time_that_is_none_is_refused(nonsense: str) -> None:
    issue = issue_to(readers(1))

    with pytest.raises(CommandError, match="is no time"):
        run("send_issue", f"--issue={issue.pk}", f"--at={nonsense}")

    issue.refresh_from_db()
    assert issue.state == Issue.State.DRAFT


def test_the_status_is_one_json_object_with_the_agreed_keys() -> None:
    issue = issue_to(readers(1))

    status = json.loads(run("issue_status", str(issue.pk), "--json"))

    assert list(status) == [
        "id",
        "state",
        "candidates",
        "submitted",
        "failed",
        "skipped",
        "in_doubt",
        "open",
        "rate_per_s",
        "eta_s",
    ]


def test_pause_resume_and_cancel(relay: SinkThread) -> None:
    issue = sending_to(readers(2))
    key = str(issue.pk)

    assert "paused" in run("pause_issue", key)
    run("run_outbox", "--once")
    assert relay.book.count() == 0
    run("resume_issue", key)
    assert "cancelled" in run("cancel_issue", key)
    run("run_outbox", "--once")

    assert relay.book.count() == 0


@pytest.mark.parametrize("command", ["pause_issue", "resume_issue", "cancel_issue", "issue_status"])
def test_an_unknown_issue_is_named(command: str) -> None:
    with pytest.raises(CommandError, match="no issue 4711"):
        run(command, "4711")


def test_a_refusal_is_a_sentence() -> None:
    issue = issue_to(readers(1))

    with pytest.raises(CommandError, match=r"Only a paused issue can be resumed\."):
        run("resume_issue", str(issue.pk))


def test_the_outbox_command_says_how_it_went(relay: SinkThread) -> None:
    sending_to(readers(2))

    said = run("run_outbox", "--once")

    assert "nothing to send" in said
    assert relay.book.count() == 2
