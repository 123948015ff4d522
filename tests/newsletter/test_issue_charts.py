"""An author reads what became of an issue, and how the newsletter grows."""

import csv
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import time_machine
from wagtail import hooks
from wagtail.models import ModelLogEntry

from onward_newsletter import results
from onward_newsletter.growth import people_of, sources_of, weeks_of
from onward_newsletter.models import Delivery, DeliveryEvent, SendingState, Subscription
from onward_newsletter.pump import pump
from onward_newsletter.viewsets.charts import WIDTH, Column, ColumnChart

from .factories import DeliveryFactory, IssueFactory, SubscriberFactory, SubscriptionFactory, TopicFactory
from .relay import readers, sending_to
from .test_issue_admin import ISSUES, page, somebody_who_may


pytestmark = pytest.mark.django_db

S = SendingState
BEGIN = datetime(2026, 5, 14, 8, 0, tzinfo=UTC)


@pytest.fixture
def issue(newsletter):
    return IssueFactory.create(
        newsletter=newsletter, state="submitted_with_errors", prepared_at=BEGIN, candidate_count=0
    )


def submitted(issue, *seconds):
    for second in seconds:
        DeliveryFactory.create(issue=issue, state=S.SUBMITTED, submitted_at=BEGIN + timedelta(seconds=second))


# Over time


@pytest.mark.parametrize(
    ("seconds", "numbers"),
    [
        ((0, 0, 2), [2, 0, 1]),
        ((0, 59, 300), [2, 0, 0, 0, 0, 1]),
        ((0, 3 * 3600), [1, 0, 0, 1]),
        ((0, 9 * 86_400), [1, *[0] * 8, 1]),
    ],
)
def test_time_is_cut_into_steps_that_show_something(issue, seconds, numbers):
    submitted(issue, *seconds)

    assert [step.number for step in results.submitted_over_time(issue)] == numbers


def test_chart_has_its_numbers_in_a_table_behind_a_disclosure(author, issue):
    submitted(issue, 0, 0, 2)

    screen = page(author, f"inspect/{issue.pk}/")

    assert "3 submitted from" in screen
    assert screen.count("<rect") >= 3
    table = screen[screen.index("The numbers as a table") :]
    assert table.index("<td>2</td>") < table.index("<td>0</td>") < table.index("<td>1</td>")


@pytest.mark.parametrize("number", [2, 5, 12, 40])
def test_columns_reach_from_end_to_end_where_the_first_and_the_last_are_named(number):
    chart = ColumnChart("", [Column(str(n), n) for n in range(number)], summary="", times="", numbers="")

    drawn = chart.get_context_data()["drawn"]

    assert drawn[0].x == 0
    assert drawn[-1].x + drawn[-1].width == pytest.approx(WIDTH, abs=0.1)
    assert all(left.x + left.width < right.x for left, right in pairwise(drawn))


def test_draft_has_no_charts(author, newsletter):
    assert "What became of it" not in page(
        author, f"inspect/{IssueFactory.create(newsletter=newsletter).pk}/"
    )


# Failures


def test_failures_are_counted_by_code_and_name_nobody(issue):
    for reason in ("550 5.1.1 <a@example.org> unknown", "550 5.1.1 <b@example.org> unknown", "552 too big"):
        DeliveryFactory.create(issue=issue, state=S.FAILED, reason=reason)
    DeliveryFactory.create(issue=issue, state=S.FAILED, reason="Cannot write to c@example.org")
    DeliveryFactory.create(issue=issue, state=S.SUBMITTED, reason="550 5.1.1")

    found = [(line.label, line.number) for line in results.failures_by_reason(issue)]

    assert found == [("550 5.1.1", 2), ("552", 1), ("Cannot write to …", 1)]


def test_many_reasons_become_one_line(issue):
    for number in range(12):
        DeliveryFactory.create(issue=issue, state=S.FAILED, reason=f"5{number:02} no")

    lines = results.failures_by_reason(issue)

    assert (len(lines), lines[-1].label, lines[-1].number) == (9, "Other reasons", 4)


# Left out


def test_screen_says_why_deliveries_were_skipped_and_names_nobody(author, issue):
    told = "Has heard of it already, as a@example.org"
    for reason in ("unsubscribed", "unsubscribed", "paused", told):
        DeliveryFactory.create(issue=issue, state=S.SKIPPED, reason=reason)
    DeliveryFactory.create(issue=issue, state=S.FAILED, reason="paused")

    found = [(line.label, line.number) for line in results.skipped_by_reason(issue)]

    assert found == [
        ("Unsubscribed before their turn", 2),
        ("Has heard of it already, as …", 1),
        ("Taking a break", 1),
    ]
    screen = page(author, f"inspect/{issue.pk}/")
    assert screen.index("Skipped, by reason") < screen.index("Unsubscribed before their turn")


# What came back


def unsubscribe_on(delivery, moment, reason="unsubscribed"):
    Subscription.objects.filter(pk=delivery.subscription_id).update(
        state="ended", end_reason=reason, ended_at=moment
    )


def test_only_who_left_after_this_issue_and_before_the_next_is_counted(issue, newsletter):
    rows = [DeliveryFactory.create(issue=issue, state=S.SUBMITTED, submitted_at=BEGIN) for _n in range(4)]
    after, before = BEGIN + timedelta(days=1), BEGIN - timedelta(days=1)
    unsubscribe_on(rows[0], after)
    unsubscribe_on(rows[1], before)
    unsubscribe_on(rows[2], after, "bounced")
    unsubscribe_on(rows[3], BEGIN + timedelta(days=9))
    later = IssueFactory.create(newsletter=newsletter)
    Delivery.objects.create(
        issue=later,
        subscriber=rows[3].subscriber,
        subscription=rows[3].subscription,
        address_key=rows[3].address_key,
        state=S.SUBMITTED,
        submitted_at=BEGIN + timedelta(days=7),
        next_at=BEGIN,
    )

    assert (results.unsubscribed_after(issue), results.unsubscribed_after(later)) == (1, 1)


def test_a_delivery_that_bounced_twice_is_one(issue):
    row = DeliveryFactory.create(issue=issue, state=S.SUBMITTED, submitted_at=BEGIN)
    for number in range(2):
        DeliveryEvent.objects.create(
            delivery=row, provider="p", event_id=str(number), type="bounced", occurred_at=BEGIN
        )

    found = {line.label: line.number for line in results.came_back(issue)}

    assert found == {"Bounced": 1, "Marked as spam": 0}


def test_what_other_apps_know_stands_beside_it(author, issue):
    with hooks.register_temporarily(
        "onward_newsletter_issue_outcomes",
        lambda issue: [("Cakes <baked>", 7, "/admin/cakes/"), ("Tea", 0, "")],
    ):
        screen = page(author, f"inspect/{issue.pk}/")

    assert '<a href="/admin/cakes/">Cakes &lt;baked&gt;</a>' in screen
    assert "Tea" in screen


# Lists


@pytest.fixture
def many_failed(issue):
    return [
        DeliveryFactory.create(
            issue=issue, state=S.FAILED, reason=f"550 <{row.address}> unknown", subscriber=row
        )
        for row in SubscriberFactory.create_batch(60)
    ]


def test_lists_come_in_pages(author, issue, many_failed):
    first, second = page(author, f"inspect/{issue.pk}/"), page(author, f"inspect/{issue.pk}/?failed=2")

    assert "1 to 50 of 60." in first
    assert "51 to 60 of 60." in second
    assert many_failed[0].subscriber.address in first
    assert many_failed[0].subscriber.address not in second


def cells(browser, issue, name="failed"):
    response = browser.get(f"{ISSUES}/list/{issue.pk}/?list={name}")
    assert response.status_code == 200
    return list(csv.DictReader(b"".join(response.streaming_content).decode().splitlines()))


def test_whole_list_comes_as_a_file(author, issue, many_failed):
    rows = cells(author, issue)

    assert [row["address"] for row in rows] == [row.subscriber.address for row in many_failed]
    assert rows[0]["reason"].startswith("550 ")


def test_who_may_not_see_subscribers_sees_no_address_anywhere(issue, many_failed):
    writer = somebody_who_may("view_issue", "send_issue")

    rows = cells(writer, issue)
    screen = page(writer, f"inspect/{issue.pk}/")

    assert "address" not in rows[0]
    assert "@example.org" not in str(rows)
    assert not any(row.subscriber.address in screen for row in many_failed)


def test_cell_that_would_be_a_formula_is_quoted(author, issue):
    DeliveryFactory.create(issue=issue, state=S.FAILED, reason="=HYPERLINK(1)")

    assert cells(author, issue)[0]["reason"] == "'=HYPERLINK(1)"


@pytest.mark.parametrize("name", ["", "submitted", "nonsense"])
def test_other_lists_are_not_to_be_had(author, issue, name):
    assert author.get(f"{ISSUES}/list/{issue.pk}/?list={name}").status_code == 404


# How much it costs


def test_screen_needs_as_many_queries_for_many_deliveries_as_for_few(
    author, issue, django_assert_max_num_queries
):
    def fill(number):
        for person in SubscriberFactory.create_batch(number):
            for state in (S.SUBMITTED, S.FAILED, S.IN_DOUBT):
                Delivery.objects.create(
                    issue=issue,
                    subscriber=person if state == S.SUBMITTED else None,
                    address_key=f"{person.pk}{state}",
                    state=state,
                    submitted_at=BEGIN if state == S.SUBMITTED else None,
                    reason="550 no" if state == S.FAILED else "",
                    next_at=BEGIN,
                )

    fill(3)
    page(author, f"inspect/{issue.pk}/")
    with django_assert_max_num_queries(60) as few:
        page(author, f"inspect/{issue.pk}/")
    fill(120)
    with django_assert_max_num_queries(len(few.captured_queries)):
        page(author, f"inspect/{issue.pk}/")


# What was done


def test_everything_that_happens_to_an_issue_is_written_down(author, relay):
    issue = sending_to(readers(2), newsletter=None)
    author.post(f"{ISSUES}/pause/{issue.pk}/")
    author.post(f"{ISSUES}/resume/{issue.pk}/")
    pump()

    entries = ModelLogEntry.objects.for_instance(issue).order_by("timestamp", "pk")
    done = [(entry.action.partition(".")[2], entry.user == author.user) for entry in entries]
    assert done == [("pause", True), ("resume", True), ("prepare", False), ("finish", False)]
    screen = page(author, f"inspect/{issue.pk}/")
    assert screen.index("Issue through") < screen.index("Issue prepared")


# Growth


@pytest.fixture
def grown(newsletter):
    def at(day, **fields):
        return SubscriptionFactory.create(
            newsletter=newsletter, confirmed_at=datetime(2026, 6, day, 12, tzinfo=UTC), **fields
        )

    at(1, source="page")
    at(2, source="import")
    at(9, source="page", state="ended", ended_at=datetime(2026, 6, 16, 12, tzinfo=UTC))
    at(17, source="page")
    SubscriptionFactory.create(newsletter=newsletter, state="pending", confirmed_at=None)
    return newsletter


def test_weeks_add_up_with_those_between_in_which_nothing_happened(grown):
    weeks = weeks_of(grown, now=datetime(2026, 6, 25, tzinfo=UTC))

    assert [(week.begun, week.ended, week.at_end) for week in weeks] == [
        (2, 0, 2),
        (1, 0, 3),
        (1, 1, 3),
        (0, 0, 3),
    ]


def test_a_year_is_shown_and_what_was_before_is_where_it_starts(grown):
    weeks = weeks_of(grown, now=datetime(2027, 6, 14, tzinfo=UTC))

    assert (len(weeks), weeks[0].at_end, weeks[-1].at_end) == (52, 3, 3)


def test_sources_are_counted_active_and_ever(grown):
    assert [(row.name, row.active, row.ever) for row in sources_of(grown)] == [
        ("page", 2, 3),
        ("import", 1, 1),
    ]


def test_who_follows_two_series_is_one_person(newsletter):
    person = SubscriberFactory.create()
    for _number in range(2):
        SubscriptionFactory.create(
            subscriber=person, newsletter=newsletter, topic=TopicFactory.create(newsletter=newsletter)
        )

    assert people_of(newsletter) == 1


def test_growth_stands_behind_the_list_of_newsletters(author, grown):
    with time_machine.travel(datetime(2026, 6, 25, tzinfo=UTC), tick=False):
        listing = author.get("/admin/newsletter/newsletters/").content.decode()
        screen = author.get(f"/admin/newsletter/newsletters/inspect/{grown.pk}/").content.decode()

    assert f'href="/admin/newsletter/newsletters/inspect/{grown.pk}/"' in listing
    assert "3 people get something of this newsletter." in screen
    assert "Active subscriptions" in screen
    assert "import" in screen


def test_newsletter_without_anybody_says_so(author, newsletter):
    screen = author.get(f"/admin/newsletter/newsletters/inspect/{newsletter.pk}/").content.decode()

    assert "Nobody has confirmed a subscription yet." in screen
