"""An editor imports a file in the admin: looks at it first, starts it, and sees what became of each row."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from onward_newsletter.actions import asking, import_jobs
from onward_newsletter.actions.asking import ask_imported
from onward_newsletter.actions.import_jobs import cancel_import, carry_on_imports
from onward_newsletter.actions.importing import BATCH, Import
from onward_newsletter.actions.subscribing import suppress
from onward_newsletter.addresses import address_key
from onward_newsletter.models import Outbox, Subscriber, SubscriberImport, Subscription, Suppression
from onward_newsletter.pump import pump

from .factories import SubscriptionFactory
from .imports import IMPORTS, many, started


pytestmark = pytest.mark.django_db

LIST = "email,name\nines@example.org,Ines\nnot an address,B\nshut@example.org,C\n"


@pytest.fixture
def upload(author, newsletter):
    def send(content=LIST, browser=author, **fields):
        content = content if isinstance(content, bytes) else content.encode()
        file = SimpleUploadedFile("readers.csv", content)
        return browser.post(f"{IMPORTS}/new/", {"newsletter": newsletter.pk, "file": file, **fields})

    return send


@pytest.fixture
def draft(upload):
    upload()
    return SubscriberImport.objects.get()


def press(author, job, button="start", **fields):
    data = {"column_address": job.columns.get("address", ""), "consent_text": "", button: "1", **fields}
    return author.post(f"{IMPORTS}/choose/{job.pk}/", data, follow=True)


def messages_of(response):
    return " ".join(str(message) for message in response.context["messages"])


def test_upload_imports_nothing_and_shows_what_would_happen(author, draft):
    suppress(address_key("shut@example.org"), Suppression.Reason.COMPLAINED)

    page = author.get(f"{IMPORTS}/inspect/{draft.pk}/").content.decode()

    assert "ines@example.org" in page
    assert "This is not an e-mail address" in page
    assert "Suppressed" in page
    assert not Subscriber.objects.exists()
    assert (draft.state, draft.total, draft.columns) == ("draft", 3, {"address": "email"})


def test_import_is_carried_on_by_whoever_sends_mail_and_its_file_is_let_go_of(author, draft):
    press(author, draft)
    assert not Subscriber.objects.exists()

    assert carry_on_imports(limit_seconds=5) == 0

    draft.refresh_from_db()
    assert (draft.state, draft.done, draft.counts) == ("done", 3, {"added": 2, "refused": 1})
    assert bytes(draft.content) == b""
    assert set(Subscription.objects.values_list("state", "source")) == {("pending", "import")}


def test_one_call_of_the_pump_imports_and_asks(newsletter):
    job = started(newsletter, many(3))

    pump(limit_seconds=5)

    job.refresh_from_db()
    assert (job.state, job.counts) == ("done", {"added": 3})
    assert Outbox.objects.filter(purpose="confirm_subscription").count() == 3


def test_import_that_is_not_done_is_work_left(newsletter):
    started(newsletter, many(BATCH + 1))

    assert pump(limit_seconds=0).left


def test_mail_that_cannot_be_written_stops_no_other(newsletter, monkeypatch):
    started(newsletter, many(3))
    carry_on_imports(limit_seconds=5)

    def write(subscription, write=asking.ask_to_confirm):
        if subscription.subscriber.address == "reader1@example.org":
            raise LookupError
        return write(subscription)

    monkeypatch.setattr(asking, "ask_to_confirm", write)

    assert ask_imported() == 2


def test_report_names_lines_and_reasons_and_no_address(author, draft):
    suppress(address_key("shut@example.org"), Suppression.Reason.COMPLAINED)
    press(author, draft)
    carry_on_imports(limit_seconds=5)

    content = author.get(f"{IMPORTS}/report/{draft.pk}/").content.decode()

    rows = list(csv.DictReader(io.StringIO(content)))
    assert [(row["line"], row["outcome"]) for row in rows] == [("3", "refused"), ("4", "suppressed")]
    assert "shut@" not in content
    assert "not an address" not in content


def test_editor_who_affirms_has_to_say_what_was_agreed_to(author, draft):
    answer = press(author, draft, is_confirmed="on")

    assert "agreed to" in messages_of(answer)
    assert SubscriberImport.objects.get().state == "draft"


def test_affirmed_import_brings_in_active_people_with_their_consent(author, draft):
    press(author, draft, is_confirmed="on", consent_text="I want\r\nthe letter.")
    carry_on_imports(limit_seconds=5)

    assert set(Subscription.objects.values_list("state", "consent_text")) == {
        ("active", "I want the letter.")
    }
    assert ask_imported() == 0


def test_another_column_can_be_chosen(author, upload):
    upload("first,second\nx,ines@example.org\n")
    job = SubscriberImport.objects.get()
    assert b"No column is called" in author.get(f"{IMPORTS}/inspect/{job.pk}/").content

    press(author, job, "look", column_address="second")

    job.refresh_from_db()
    assert (job.state, job.counts) == ("draft", {"added": 1})


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04\x14\x00", "Excel"),
        (b"\n", "empty"),
        (b"\x00\x01" * 99, "NUL bytes"),
        (b"a" * 20_000, "no line of"),
    ],
)
def test_file_that_is_no_list_is_refused_beside_the_field(upload, content, sentence):
    answer = upload(content)

    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not SubscriberImport.objects.exists()


def test_empty_list_is_not_started(author, upload):
    upload("email\n")

    assert "no row" in messages_of(press(author, SubscriberImport.objects.get()))


def test_worker_killed_in_a_batch_loses_and_repeats_nothing(newsletter, monkeypatch):
    job = started(newsletter, many(BATCH * 2 + 7))
    taken = []

    def die_in_the_second(self, rows, seen, take=Import.take):
        reports = take(self, rows, seen)
        taken.append(len(reports))
        if len(taken) == 2:
            raise KeyboardInterrupt
        return reports

    monkeypatch.setattr(Import, "take", die_in_the_second)
    with pytest.raises(KeyboardInterrupt):
        carry_on_imports(limit_seconds=60)
    job.refresh_from_db()
    assert (job.state, job.done, Subscription.objects.count()) == ("running", BATCH, BATCH)

    assert carry_on_imports(limit_seconds=60) == 0

    job.refresh_from_db()
    assert (job.state, job.done, job.counts) == ("done", BATCH * 2 + 7, {"added": BATCH * 2 + 7})
    assert Subscription.objects.count() == BATCH * 2 + 7


def test_each_call_takes_a_batch_however_little_time_it_has(newsletter):
    started(newsletter, many(BATCH + 1))

    assert [carry_on_imports(limit_seconds=0) for _call in range(3)] == [1, 1, 0]


def test_same_file_twice_adds_nobody(newsletter):
    for expected in ({"added": 20}, {"known": 20}):
        job = started(newsletter, many(20))
        carry_on_imports(limit_seconds=5)
        job.refresh_from_db()
        assert job.counts == expected


def test_batch_of_500_takes_the_same_few_statements(newsletter, django_assert_max_num_queries):
    started(newsletter, many(BATCH))

    with django_assert_max_num_queries(26):
        carry_on_imports(limit_seconds=0)


def test_cancelled_import_stops_and_keeps_what_is_in(author, newsletter):
    job = started(newsletter, many(BATCH + 5))
    carry_on_imports(limit_seconds=0)
    assert author.get(f"{IMPORTS}/cancel/{job.pk}/").status_code == 200
    assert SubscriberImport.objects.get().state == "running"

    author.post(f"{IMPORTS}/cancel/{job.pk}/")
    carry_on_imports(limit_seconds=5)

    job.refresh_from_db()
    assert (job.state, bytes(job.content), Subscription.objects.count()) == ("cancelled", b"", BATCH)


def test_import_that_breaks_says_so_and_lets_go_of_its_file(newsletter, monkeypatch):
    job = started(newsletter, many(3))
    SubscriberImport.objects.update(content=b"PK\x03\x04")

    assert carry_on_imports(limit_seconds=5) == 0

    job.refresh_from_db()
    assert (job.state, bytes(job.content)) == ("failed", b"")
    assert "Excel" in job.reason


def test_started_or_cancelled_import_is_not_started_again(author, draft):
    cancel_import(draft)

    answer = press(author, draft)

    assert SubscriberImport.objects.get().state == "cancelled"
    assert messages_of(answer)


def test_file_nobody_started_is_let_go_of_after_a_day(draft):
    SubscriberImport.objects.update(created_at=timezone.now() - import_jobs.DRAFT_LASTS * 1.1)

    carry_on_imports(limit_seconds=0)

    draft.refresh_from_db()
    assert (draft.state, bytes(draft.content)) == ("cancelled", b"")


@pytest.mark.parametrize("state", SubscriberImport.State.values)
def test_screen_stands_in_every_state(author, draft, state):
    SubscriberImport.objects.update(state=state, done=2, counts={"added": 1, "refused": 1}, reason="Because.")

    page = author.get(f"{IMPORTS}/inspect/{draft.pk}/")

    assert page.status_code == 200
    assert ("http-equiv" in page.content.decode()) == (state in {"checking", "waiting", "running"})
    assert b"readers.csv" in author.get(f"{IMPORTS}/").content
    assert b"data-moving" in author.get(f"{IMPORTS}/progress/{draft.pk}/").content


@pytest.mark.parametrize("name", ["inspect", "choose", "progress", "report", "cancel", "edit", "delete"])
def test_who_may_edit_pages_sees_and_starts_no_import(editor, draft, name):
    for answer in (editor.get(f"{IMPORTS}/{name}/{draft.pk}/"), editor.post(f"{IMPORTS}/{name}/{draft.pk}/")):
        assert answer.status_code in {302, 403, 405}
        assert b"ines@example.org" not in answer.content
    assert SubscriberImport.objects.get().state == "draft"


def test_who_may_edit_pages_uploads_nothing(editor, upload, draft):
    upload(browser=editor)

    assert SubscriberImport.objects.count() == 1


@pytest.mark.parametrize("name", ["edit", "delete"])
def test_nobody_changes_or_deletes_an_import_by_a_form(author, draft, name):
    author.post(f"{IMPORTS}/{name}/{draft.pk}/")

    assert SubscriberImport.objects.get().state == "draft"


def test_looking_starts_nothing(author, draft):
    for name in ("inspect", "choose", "progress", "report", "cancel"):
        author.get(f"{IMPORTS}/{name}/{draft.pk}/")

    assert SubscriberImport.objects.get().state == "draft"


def test_topic_of_another_newsletter_is_refused(upload, newsletter):
    other = SubscriptionFactory.create(newsletter__slug="other", newsletter__name="Other").newsletter
    topic = other.topics.create(name="T", slug="t", key="own:t")

    assert "another newsletter" in upload(topic=topic.pk).content.decode()


class TestAsking:
    @pytest.fixture
    def imported(self, newsletter):
        started(newsletter, many(12))
        carry_on_imports(limit_seconds=5)

    def test_imported_people_are_asked_once_each_and_a_few_a_minute(self, imported, settings):
        settings.ONWARD_NEWSLETTER = {**settings.ONWARD_NEWSLETTER, "MAILS_PER_MINUTE": 10}

        assert (ask_imported(), ask_imported()) == (5, 0)
        for _minute in range(4):
            Outbox.objects.update(created_at=timezone.now() - timedelta(minutes=2))
            Subscription.objects.update(requested_at=timezone.now() - timedelta(minutes=3))
            ask_imported()

        assert Outbox.objects.values("address").distinct().count() == 12
        assert set(Outbox.objects.values_list("purpose", flat=True)) == {"confirm_subscription"}
        assert Outbox.objects.count() == 12

    def test_who_waits_by_the_sites_own_box_is_not_asked_again(self, newsletter):
        SubscriptionFactory.create(newsletter=newsletter, state=Subscription.State.PENDING, source="page")

        assert ask_imported() == 0

    def test_suppressed_people_are_not_asked(self, imported):
        for key in Subscriber.objects.values_list("address_key", flat=True):
            suppress(key, Suppression.Reason.COMPLAINED)

        assert ask_imported() == 0
