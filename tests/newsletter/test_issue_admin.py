"""An author looks at an issue in the admin and sends it; others may not."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from wagtail.models import ModelLogEntry

from onward_newsletter.models import Issue, Outbox, SendingState

from .factories import DeliveryFactory, IssueFactory, SubscriptionFactory


pytestmark = pytest.mark.django_db

ACTIONS = ["send", "schedule", "unschedule", "test", "pause", "resume", "cancel", "resend", "settle"]
PARTS = ["html", "text", "progress"]


def test_author_sees_the_screen_of_an_issue(author):
    issue = IssueFactory.create()
    SubscriptionFactory.create(newsletter=issue.newsletter)

    page = author.get(f"/admin/newsletter/issues/inspect/{issue.pk}/").content.decode()

    assert "That is 1 subscriber now." in page
    assert "Send a test…" in page
