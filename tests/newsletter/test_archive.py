"""A reader follows the archive, and finds there what everybody may read and nothing else."""

from xml.etree import ElementTree

import pytest
from wagtail.models import Page, PageViewRestriction

from onward_newsletter.models import Issue, SendingState

from .factories import DeliveryFactory, IssueFactory, TopicFactory
from .test_read_issues import BASE, frozen


pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
FEED = "/newsletter/issues/sales-floor/feed/"


def titles(response):
    return [
        entry.findtext(f"{ATOM}title")
        for entry in ElementTree.fromstring(response.content).iter(f"{ATOM}entry")
    ]


@pytest.fixture
def private_page():
    page = Page.objects.get(depth=2).add_child(instance=Page(title="For friends", slug="for-friends"))
    PageViewRestriction.objects.create(page=page, restriction_type="password", password="x")
    return page


def test_feed_has_what_went_out_newest_first_by_absolute_addresses(reader, newsletter):
    first = frozen(Issue.State.SUBMITTED, subject="Part 1 <b>")
    frozen(Issue.State.SUBMITTED_WITH_ERRORS, subject="Part 2")
    for state in (Issue.State.DRAFT, Issue.State.SENDING, Issue.State.CANCELLED):
        frozen(state, subject=f"Not {state}")

    response = reader.get(FEED)

    assert response["Content-Type"].startswith("application/atom+xml")
    assert titles(response) == ["Part 2", "Part 1 <b>"]
    assert f'href="{BASE}/newsletter/issues/{first.pk}/"' in response.content.decode()
    assert "testserver" not in response.content.decode()


def test_feed_is_of_one_newsletter(reader, newsletter):
    frozen(Issue.State.SUBMITTED, subject="Ours")
    frozen(
        Issue.State.SUBMITTED,
        subject="Another",
        newsletter__slug="another",
        newsletter__name="Another",
    )

    assert titles(reader.get(FEED)) == ["Ours"]
    assert reader.get("/newsletter/issues/nothing/feed/").status_code == 404


def test_list_leads_to_the_feed(reader, newsletter):
    page = reader.get("/newsletter/issues/").content.decode()

    assert f'<link rel="alternate" type="application/atom+xml" title="The Sales Floor" href="{FEED}">' in page


def test_what_only_some_may_see_is_neither_listed_nor_fed_nor_opened(reader, newsletter, private_page):
    issue = frozen(Issue.State.SUBMITTED, subject="For friends", page=private_page)

    assert "For friends" not in reader.get("/newsletter/issues/").content.decode()
    assert titles(reader.get(FEED)) == []
    assert reader.get(f"/newsletter/issues/{issue.pk}/").status_code == 404


def test_topic_of_a_private_series_is_not_shown_even_without_a_page(reader, newsletter, private_page):
    topic = TopicFactory.create(newsletter=newsletter, key=f"series:{private_page.pk}")
    hidden = frozen(Issue.State.SUBMITTED, subject="Secret", topic=topic)
    shown = frozen(
        Issue.State.SUBMITTED,
        subject="Open",
        topic=TopicFactory.create(newsletter=newsletter, key="series:0"),
    )

    assert titles(reader.get(FEED)) == ["Open"]
    assert reader.get(f"/newsletter/issues/{hidden.pk}/").status_code == 404
    assert reader.get(f"/newsletter/issues/{shown.pk}/").status_code == 200


def test_issue_stays_readable_when_its_page_is_deleted(reader, newsletter):
    page = Page.objects.get(depth=2).add_child(instance=Page(title="Gone", slug="gone"))
    issue = frozen(Issue.State.SUBMITTED, page=page)
    page.delete()

    assert reader.get(f"/newsletter/issues/{issue.pk}/").status_code == 200


@pytest.mark.parametrize(
    ("archive", "marked", "listed"), [("index", False, 200), ("noindex", True, 200), ("off", True, 404)]
)
def test_site_chooses_whether_past_issues_are_found(reader, newsletter, settings, archive, marked, listed):
    settings.ONWARD_NEWSLETTER = {"ARCHIVE": archive}
    issue = frozen(Issue.State.SUBMITTED)

    one = reader.get(f"/newsletter/issues/{issue.pk}/")

    assert (one.status_code, one.has_header("X-Robots-Tag")) == (200, marked)
    for address in ("/newsletter/issues/", FEED):
        response = reader.get(address)
        assert response.status_code == listed
        assert (response.get("X-Robots-Tag") == "noindex") == (archive == "noindex")


def test_mail_leads_to_the_archive_without_a_token(newsletter):
    from onward_newsletter.actions.composing import compose_issue

    issue = IssueFactory.create(newsletter=newsletter)
    mail = compose_issue(issue)

    assert f'href="{BASE}/newsletter/issues/{issue.pk}/"' in mail.html
    assert f"{BASE}/newsletter/issues/{issue.pk}/\n" in mail.text


def test_every_reader_gets_the_same_bytes_and_no_cookie(reader, newsletter):
    issue = frozen(Issue.State.SENDING)
    delivery = DeliveryFactory.create(
        issue=issue, state=SendingState.SUBMITTED, slots={"personal_line": "You chose tea."}
    )

    response = reader.get(f"/newsletter/issues/{issue.pk}/")

    assert not response.cookies
    for own in ("You chose tea.", delivery.token, delivery.subscriber.address):
        assert own not in response.content.decode()
