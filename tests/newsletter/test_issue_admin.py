"""An author looks at an issue in the admin and sends it; others may not."""

import pytest

from .factories import IssueFactory, SubscriptionFactory


pytestmark = pytest.mark.django_db

ACTIONS = ["send", "schedule", "unschedule", "test", "pause", "resume", "cancel", "resend", "settle"]
PARTS = ["html", "text", "progress"]


def test_author_sees_the_screen_of_an_issue(author):
    issue = IssueFactory.create()
    SubscriptionFactory.create(newsletter=issue.newsletter)

    page = author.get(f"/admin/newsletter/issues/inspect/{issue.pk}/").content.decode()

    assert "That is 1 subscriber now." in page
    assert "Send a test…" in page
