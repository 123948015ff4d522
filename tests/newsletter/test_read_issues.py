"""A reader opens an issue in the browser."""

import pytest
from wagtail.models import Page

from onward_newsletter.actions.composing import compose_issue
from onward_newsletter.models import Issue, SendingState

from .factories import DeliveryFactory, IssueFactory


pytestmark = pytest.mark.django_db

BASE = "http://127.0.0.1:8000"


def frozen(state, **fields):
    issue = IssueFactory.create(state=state, finished_at="2026-05-14T08:00Z", **fields)
    issue.html = compose_issue(issue).html.replace(
        "Good morning.", f'Good morning. <a href="{BASE}/v/%%token%%/1">Nobody did</a>'
    )
    issue.save()
    return issue


def test_archive_lists_what_has_gone_out_newest_first(reader, newsletter):
    frozen(Issue.State.SUBMITTED, subject="Part 1")
    frozen(Issue.State.SUBMITTED_WITH_ERRORS, subject="Part 2")
    for state in (Issue.State.DRAFT, Issue.State.SENDING, Issue.State.CANCELLED):
        frozen(state, subject=f"Not {state}")

    page = reader.get("/newsletter/issues/").content.decode()

    assert page.index("Part 2") < page.index("Part 1")
    assert "Not " not in page


def test_empty_archive_says_so(reader, newsletter):
    assert b"No issue has gone out yet." in reader.get("/newsletter/issues/").content


@pytest.mark.parametrize("page", ["0", "-1", "x", "999999999999999999999"])
def test_archive_has_an_answer_for_any_page_number(reader, newsletter, page):
    assert reader.get("/newsletter/issues/", {"page": page}).status_code == 200


def test_issue_in_the_browser_holds_nothing_of_one_recipient(reader):
    issue = frozen(
        Issue.State.SUBMITTED,
        page=Page.objects.get(slug="home") if Page.objects.filter(slug="home") else None,
    )

    response = reader.get(f"/newsletter/issues/{issue.pk}/")
    html = response.content.decode()

    assert response.status_code == 200
    assert "Good morning." in html
    assert "Nobody did" in html
    for slot in ("%%", "Unsubscribe", "/v/"):
        assert slot not in html


def test_issue_in_the_browser_may_run_nothing(reader):
    issue = frozen(Issue.State.SUBMITTED)

    policy = reader.get(f"/newsletter/issues/{issue.pk}/")["Content-Security-Policy"]

    assert policy.startswith("default-src 'none'")
    assert "script" not in policy


@pytest.mark.parametrize(
    "state", [Issue.State.DRAFT, Issue.State.SCHEDULED, Issue.State.PREPARING, Issue.State.SENDING]
)
def test_issue_nobody_has_is_not_found(reader, state):
    assert reader.get(f"/newsletter/issues/{frozen(state).pk}/").status_code == 404


def test_issue_can_be_read_in_the_browser_as_soon_as_the_first_reader_has_it(reader):
    issue = frozen(Issue.State.SENDING)
    DeliveryFactory.create(issue=issue, state=SendingState.SUBMITTED)

    assert reader.get(f"/newsletter/issues/{issue.pk}/").status_code == 200
