"""An author looks at an issue in the admin and sends it; others may not."""

import re
from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import ModelLogEntry, Page

from onward_newsletter.actions.issues import settle_in_doubt
from onward_newsletter.models import Delivery, Issue, Outbox, SendingState, Subscription
from onward_newsletter.viewsets.issue_screen import in_words
from tests.conftest import group_of_wagtail

from .factories import DeliveryFactory, IssueFactory, SubscriberFactory, SubscriptionFactory


pytestmark = pytest.mark.django_db

ISSUES = "/admin/newsletter/issues"
SENDING = [
    *("send", "undo", "go_on", "schedule", "unschedule"),
    *("pause", "resume", "cancel", "resend", "settle"),
]
LOOKING = ["inspect", "html", "text", "progress", "list"]
State = Issue.State


@pytest.fixture
def issue(newsletter):
    return IssueFactory.create(newsletter=newsletter)


@pytest.fixture
def readers(newsletter):
    return SubscriptionFactory.create_batch(3, newsletter=newsletter)


def somebody_who_may(*codenames, name="assistant"):
    """Return the browser of somebody with these permissions, and no others but to enter the admin."""
    user = get_user_model().objects.create_user(name, f"{name}@example.org", "words")
    wanted = Permission.objects.filter(codename__in=["access_admin", *codenames])
    assert wanted.count() == len(codenames) + 1
    user.user_permissions.set(wanted)
    browser = Client()
    browser.force_login(user)
    return browser


def page(browser, path):
    response = browser.get(f"{ISSUES}/{path}")
    assert response.status_code == 200
    return response.content.decode()


def said(response):
    return " ".join(str(message) for message in response.context["messages"])


# Who may


@pytest.mark.parametrize("name", [*SENDING, "test"])
def test_who_may_only_write_issues_may_not_send_them(issue, name):
    writer = somebody_who_may("add_issue", "change_issue")
    allowed = name == "test"

    for answer in (writer.get(f"{ISSUES}/{name}/{issue.pk}/"), writer.post(f"{ISSUES}/{name}/{issue.pk}/")):
        assert (answer.status_code in {200, 422}) == allowed
    issue.refresh_from_db()
    assert issue.state == State.DRAFT


@pytest.mark.parametrize("name", [*SENDING, *LOOKING, "test", "edit", "delete"])
def test_who_may_edit_pages_sees_nothing_of_the_newsletter(editor, issue, name):
    answer = editor.get(f"{ISSUES}/{name}/{issue.pk}/")

    assert answer.status_code in {302, 403}
    assert issue.subject not in answer.content.decode()
    assert "Newsletter" not in editor.get("/admin/").content.decode()


@pytest.mark.parametrize("name", [*SENDING, *LOOKING, "test"])
def test_who_is_not_signed_in_is_asked_to(stranger, issue, name):
    answer = stranger.post(f"{ISSUES}/{name}/{issue.pk}/")

    assert (answer.status_code, answer["Location"].startswith("/admin/login/")) == (302, True)


@pytest.mark.parametrize("name", [*SENDING, *LOOKING, "test"])
def test_issue_that_does_not_exist_is_not_found(author, name):
    assert author.get(f"{ISSUES}/{name}/999999/").status_code == 404


def test_sending_needs_the_token_of_the_form(issue, readers):
    user = get_user_model().objects.create_superuser("careful", "careful@example.org", "words")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)

    assert browser.post(f"{ISSUES}/send/{issue.pk}/").status_code == 403
    issue.refresh_from_db()
    assert issue.state == State.DRAFT


# Looking


def test_list_shows_each_issue_with_its_books(author, issue):
    S = SendingState
    for state in (S.SUBMITTED, S.SUBMITTED, S.FAILED, S.SKIPPED, S.IN_DOUBT):
        DeliveryFactory.create(issue=issue, state=state)
    DeliveryFactory.create(issue=issue)

    assert "2 of 6 submitted · 1 failed · 1 skipped · 1 in doubt · 1 open" in page(author, "")


def test_list_takes_one_count_however_many_issues_and_deliveries(author, newsletter):
    def looked_at():
        with CaptureQueriesContext(connection) as queries:
            page(author, "")
        return [query["sql"] for query in queries]

    DeliveryFactory.create(issue=IssueFactory.create(newsletter=newsletter))
    page(author, "")
    few = looked_at()
    for issue in IssueFactory.create_batch(15, newsletter=newsletter):
        DeliveryFactory.create_batch(4, issue=issue)

    many = looked_at()

    assert len(few) == len(many) <= 20
    assert sum("onward_newsletter_delivery" in sql for sql in many) == 1


def test_list_leaves_the_mails_where_they_are(author, newsletter):
    IssueFactory.create(newsletter=newsletter, html="<p>The mail</p>")

    with CaptureQueriesContext(connection) as queries:
        page(author, "")

    assert not [query for query in queries if '"onward_newsletter_issue"."html"' in query["sql"]]


def test_books_of_a_submitted_issue_still_move_in_the_list(author, newsletter):
    issue = IssueFactory.create(newsletter=newsletter, state=State.SUBMITTED_WITH_ERRORS)
    delivery = DeliveryFactory.create(issue=issue, state=SendingState.IN_DOUBT)
    assert "0 of 1 submitted · 1 in doubt" in page(author, "")

    settle_in_doubt([delivery])

    assert "1 of 1 submitted" in page(author, "")


def test_screen_shows_whom_a_draft_would_reach_and_what_can_be_done(author, issue, readers):
    screen = page(author, f"inspect/{issue.pk}/")

    assert "That is 3 subscribers now." in screen
    for button in ("Send…", "Schedule…", "Send a test…"):
        assert button in screen
    assert "Pause…" not in screen


def test_screen_shows_no_button_that_would_be_refused(issue, readers):
    writer = somebody_who_may("view_issue", "change_issue")

    screen = page(writer, f"inspect/{issue.pk}/")

    assert "Send a test…" in screen
    assert "Send…" not in screen
    assert f'href="{ISSUES}/edit/{issue.pk}/">Edit</a>' in screen
    assert f"{ISSUES}/edit/" not in page(
        somebody_who_may("view_issue", name="onlooker"), f"inspect/{issue.pk}/"
    )


def test_screen_says_how_long_the_mail_is(author, issue):
    Issue.objects.filter(pk=issue.pk).update(intro="Week after week. " * 1000)

    assert re.search(r"\b[23]\d KB long; Gmail shows 102 KB\.", page(author, f"inspect/{issue.pk}/"))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "1 second"), (89, "89 seconds"), (90, "2 minutes"), (5399, "1 h 30 min"), (86_400, "24 h 0 min")],
)
def test_time_left_is_said_as_somebody_waiting_would(seconds, words):
    assert in_words(seconds) == words


@pytest.mark.parametrize("state", State)
def test_screen_stands_in_every_state(author, issue, state):
    Issue.objects.update(state=state, scheduled_at=datetime(2030, 1, 1, tzinfo=UTC))

    assert issue.subject in page(author, f"inspect/{issue.pk}/")


@pytest.mark.parametrize("look", ["desktop", "phone", "text", "nonsense"])
def test_preview_comes_as_desktop_phone_and_text(author, issue, look):
    screen = page(author, f"inspect/{issue.pk}/?look={look}")

    part = "text" if look == "text" else "html"
    assert f'src="{ISSUES}/{part}/{issue.pk}/"' in screen
    assert "sandbox" in screen


def test_preview_is_the_mail_and_can_do_nothing(author, issue):
    response = author.get(f"{ISSUES}/html/{issue.pk}/")

    assert "Good morning." in response.content.decode()
    assert "%%" not in response.content.decode()
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert response["Content-Security-Policy"].startswith("default-src 'none'")
    assert "Unsubscribe:" in author.get(f"{ISSUES}/text/{issue.pk}/").content.decode()


def test_findings_stand_above_everything(author, issue):
    Issue.objects.update(intro="")

    assert "The issue has no content yet." in page(author, f"inspect/{issue.pk}/")


def test_progress_says_whether_it_goes_on(author, issue):
    Issue.objects.update(state=State.SENDING, candidate_count=3)
    assert 'data-moving="true"' in page(author, f"progress/{issue.pk}/")
    assert "onward-progress" in page(author, f"inspect/{issue.pk}/")
    assert '<noscript><meta http-equiv="refresh"' in page(author, f"inspect/{issue.pk}/")

    Issue.objects.update(state=State.SUBMITTED)
    assert 'data-moving="false"' in page(author, f"progress/{issue.pk}/")
    assert "onward-progress" not in page(author, f"inspect/{issue.pk}/")


# Writing


def test_author_writes_an_issue_of_its_own(author, newsletter):
    data = {
        "newsletter": newsletter.pk,
        "subject": "A word",
        "format": "full",
        "intro": "Hello.",
        "outro": "",
    }
    response = author.post(f"{ISSUES}/new/", {**data, "topic": "", "preview_text": ""})

    issue = Issue.objects.get()
    assert response["Location"] == f"{ISSUES}/inspect/{issue.pk}/"
    assert (issue.subject, issue.state, issue.created_by) == ("A word", State.DRAFT, author.user)


def test_issue_made_from_no_article_is_asked_nothing_about_one(author, newsletter):
    empty = page(author, "new/")
    assert ('name="format"' in empty, "the article" in empty) == (False, False)
    assert f'<option value="{newsletter.pk}" selected>' in empty
    data = {"newsletter": newsletter.pk, "subject": "A word", "intro": "Hello.", "outro": "", "topic": ""}

    author.post(f"{ISSUES}/new/", {**data, "preview_text": ""})

    assert "Hello." in page(author, f"html/{Issue.objects.get().pk}/")


def test_issue_made_from_an_article_is_asked_how_much_of_it(author, newsletter):
    issue = IssueFactory.create(newsletter=newsletter, page=Page.objects.last())

    form = page(author, f"edit/{issue.pk}/")

    assert ('name="format"' in form, "Before the article" in form) == (True, True)


@pytest.mark.parametrize("name", ["edit", "delete"])
@pytest.mark.parametrize("state", [State.SENDING, State.SUBMITTED, State.CANCELLED, State.SCHEDULED])
def test_what_has_left_the_desk_is_neither_changed_nor_deleted(author, issue, name, state):
    Issue.objects.update(state=state)

    response = author.post(f"{ISSUES}/{name}/{issue.pk}/", {"subject": "Changed"}, follow=True)

    assert "can no longer be changed" in said(response)
    assert Issue.objects.get().subject == issue.subject


# Sending


def test_button_says_how_many_it_reaches(author, issue, newsletter):
    people = SubscriberFactory.create_batch(1284)
    Subscription.objects.bulk_create(
        [Subscription(subscriber=person, newsletter=newsletter, state="active") for person in people]
    )

    assert "Send to 1,284 subscribers" in page(author, f"send/{issue.pk}/")


def test_asking_to_send_sends_nothing_and_pressing_the_button_does(author, issue, readers):
    author.get(f"{ISSUES}/send/{issue.pk}/")
    issue.refresh_from_db()
    assert issue.state == State.DRAFT

    response = author.post(f"{ISSUES}/send/{issue.pk}/", follow=True)

    issue.refresh_from_db()
    assert issue.state == State.SCHEDULED
    assert "Until then you can undo it" in said(response)
    entry = ModelLogEntry.objects.get(action="onward_newsletter.send")
    assert (entry.user, entry.object_id) == (author.user, str(issue.pk))


def test_second_press_is_told_that_it_is_on_its_way(author, issue, readers):
    author.post(f"{ISSUES}/send/{issue.pk}/")

    response = author.post(f"{ISSUES}/send/{issue.pk}/", follow=True)

    assert response.status_code == 200
    assert said(response)
    assert ModelLogEntry.objects.filter(action="onward_newsletter.send").count() == 1


def test_issue_with_an_error_is_not_sent(author, issue, readers):
    Issue.objects.update(intro="")

    response = author.post(f"{ISSUES}/send/{issue.pk}/", follow=True)

    assert "no content yet" in said(response)
    assert Issue.objects.get().state == State.DRAFT


def test_issue_for_nobody_is_not_sent(author, issue):
    response = author.post(f"{ISSUES}/send/{issue.pk}/", follow=True)

    assert said(response)
    assert Issue.objects.get().state == State.DRAFT


def test_time_typed_is_a_time_in_the_zone_chosen(author, issue, readers):
    author.post(f"{ISSUES}/schedule/{issue.pk}/", {"when": "2031-07-01 08:00", "zone": "Europe/Berlin"})

    issue.refresh_from_db()
    assert issue.scheduled_at == datetime(2031, 7, 1, 6, 0, tzinfo=UTC)
    assert (issue.state, issue.schedule_zone) == (State.SCHEDULED, "Europe/Berlin")

    author.post(f"{ISSUES}/unschedule/{issue.pk}/")
    issue.refresh_from_db()
    assert issue.state == State.DRAFT


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"when": "tomorrow", "zone": "UTC"},
        {"when": "2031-07-01 08:00", "zone": "Mars/Base"},
        {"when": "9" * 400, "zone": "UTC"},
    ],
)
def test_time_that_is_none_is_refused_with_the_form(author, issue, readers, typed):
    assert author.post(f"{ISSUES}/schedule/{issue.pk}/", typed).status_code == 422


def test_time_that_has_passed_is_refused_in_a_sentence(author, issue, readers):
    data = {"when": "2001-07-01 08:00", "zone": "UTC"}

    assert "has passed" in said(author.post(f"{ISSUES}/schedule/{issue.pk}/", data, follow=True))


def test_test_goes_to_one_address_and_counts_nowhere(author, issue, readers):
    assert 'value="author@example.org"' in page(author, f"test/{issue.pk}/")

    author.post(f"{ISSUES}/test/{issue.pk}/", {"address": "author@example.org"})

    mail = Outbox.objects.get()
    assert (mail.address, mail.subject) == ("author@example.org", f"[Test] {issue.subject}")
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("address", ["nobody", "a@example.org\nBcc: b@example.org"])
def test_test_to_no_address_is_refused_in_a_sentence(author, issue, address):
    response = author.post(f"{ISSUES}/test/{issue.pk}/", {"address": address}, follow=True)

    assert response.status_code == 200
    assert not Outbox.objects.exists()


def test_sending_is_paused_resumed_and_cancelled(author, issue):
    Issue.objects.update(state=State.SENDING)
    waiting = DeliveryFactory.create(issue=issue)

    for name, state in (("pause", State.PAUSED), ("resume", State.SENDING), ("cancel", State.CANCELLED)):
        author.post(f"{ISSUES}/{name}/{issue.pk}/")
        issue.refresh_from_db()
        assert issue.state == state or (name == "resume" and issue.state == State.PREPARING)

    waiting.refresh_from_db()
    assert waiting.state == SendingState.SKIPPED


@pytest.mark.parametrize("name", ["pause", "resume", "unschedule"])
def test_button_that_came_too_late_says_so(author, issue, name):
    Issue.objects.update(state=State.SUBMITTED)

    response = author.post(f"{ISSUES}/{name}/{issue.pk}/", follow=True)

    assert said(response)
    assert not ModelLogEntry.objects.filter(action=f"onward_newsletter.{name}").exists()


# In doubt


@pytest.fixture
def in_doubt(issue):
    Issue.objects.update(state=State.SUBMITTED_WITH_ERRORS)
    return DeliveryFactory.create_batch(
        2,
        issue=issue,
        state=SendingState.IN_DOUBT,
        message_id="<1.abc@example.org>",
        reason="The answer was lost.",
    )


def test_deliveries_in_doubt_and_failed_ones_are_listed_with_reasons(author, issue, in_doubt):
    DeliveryFactory.create(issue=issue, state=SendingState.FAILED, reason="550 No such user")

    screen = page(author, f"inspect/{issue.pk}/")

    assert screen.count("The answer was lost.") == 2
    assert "&lt;1.abc@example.org&gt;" in screen
    assert "550 No such user" in screen
    assert in_doubt[0].subscriber.address in screen


def test_chosen_deliveries_count_as_submitted_and_the_others_stay_in_doubt(author, issue, in_doubt):
    chosen, other = in_doubt

    asking = page(author, f"settle/{issue.pk}/?delivery={chosen.pk}")
    author.post(f"{ISSUES}/settle/{issue.pk}/", {"delivery": [chosen.pk]})

    assert "Count 1 as submitted" in asking
    assert f'name="delivery" value="{chosen.pk}"' in asking
    states = dict(Delivery.objects.values_list("pk", "state"))
    assert states == {chosen.pk: SendingState.SUBMITTED, other.pk: SendingState.IN_DOUBT}


def test_all_in_doubt_are_sent_again_when_none_is_ticked(author, issue, in_doubt):
    assert "Send 2 again" in page(author, f"resend/{issue.pk}/")

    author.post(f"{ISSUES}/resend/{issue.pk}/")

    assert not Delivery.objects.filter(state=SendingState.IN_DOUBT).exists()


def test_delivery_of_another_issue_cannot_be_slipped_in(author, issue, in_doubt):
    foreign = DeliveryFactory.create(state=SendingState.IN_DOUBT)
    sent = DeliveryFactory.create(issue=issue, state=SendingState.SUBMITTED)

    author.post(f"{ISSUES}/resend/{issue.pk}/", {"delivery": [foreign.pk, sent.pk, "x"]})

    foreign.refresh_from_db()
    sent.refresh_from_db()
    assert (foreign.state, sent.state) == (SendingState.IN_DOUBT, SendingState.SUBMITTED)


def test_moderators_may_be_given_the_permission_to_send(issue, readers):
    group = group_of_wagtail("Moderators")
    group.permissions.add(*Permission.objects.filter(codename__in=["view_issue", "send_issue"]))
    user = get_user_model().objects.create_user("moderator", "moderator@example.org", "words")
    user.groups.add(group)
    browser = Client()
    browser.force_login(user)

    browser.post(f"{ISSUES}/send/{issue.pk}/")

    issue.refresh_from_db()
    assert issue.state != State.DRAFT
