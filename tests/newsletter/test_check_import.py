"""An editor has all rows of a large file looked at before anything is imported; a worker does it meanwhile."""

import csv
import io
import sys

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from onward_newsletter.actions import import_checks, import_rows
from onward_newsletter.actions.import_jobs import (
    ImportRefused,
    cancel_import,
    carry_on_imports,
    choose,
    lay_in,
    start_import,
    stop_check,
)
from onward_newsletter.actions.importing import BATCH, Import
from onward_newsletter.actions.subscribing import suppress
from onward_newsletter.addresses import address_key
from onward_newsletter.models import Subscriber, SubscriberImport, Subscription, Suppression
from tests.own_program import report_of

from .factories import SubscriptionFactory
from .imports import IMPORTS, checked, many, started


pytestmark = pytest.mark.django_db

LARGE = BATCH + 50


@pytest.fixture(autouse=True)
def _other_process():
    """Begin as a worker that has no file open."""
    import_rows.forget_files()


@pytest.fixture
def upload(author, newsletter):
    def send(content):
        file = SimpleUploadedFile("readers.csv", content)
        author.post(f"{IMPORTS}/new/", {"newsletter": newsletter.pk, "file": file})
        return SubscriberImport.objects.latest("pk")

    return send


def press(author, job, button, **fields):
    data = {"column_address": job.columns.get("address", ""), "consent_text": "", button: "1", **fields}
    answer = author.post(f"{IMPORTS}/choose/{job.pk}/", data, follow=True)
    job.refresh_from_db()
    return answer.content.decode()


def screen(author, job):
    return author.get(f"{IMPORTS}/inspect/{job.pk}/").content.decode()


def being_checked(newsletter, content, **columns):
    """Return an import that waits to be looked through."""
    job = lay_in(newsletter, None, "readers.csv", content)
    choose(job, columns=columns or job.columns)
    return job


def test_upload_of_a_large_file_shows_its_first_rows_and_looks_at_no_more(author, upload):
    job = upload(many(LARGE))

    page = screen(author, job)

    assert (job.state, job.total, job.done, job.counts) == ("draft", LARGE, 0, {})
    assert "reader9@example.org" in page
    assert "reader10@example.org" not in page
    assert f"Check all {LARGE} rows" in page
    assert "Start the import" not in page


def test_upload_takes_the_same_few_statements_for_ten_times_the_rows(upload):
    counts = []
    for content in (many(1), many(LARGE), many(LARGE * 10)):
        with CaptureQueriesContext(connection) as queries:
            upload(content)
        counts.append(len(queries))

    assert counts[1] == counts[2] <= 14


def test_whoever_sends_mail_looks_through_all_rows_and_imports_none(author, upload, settings):
    job = upload(many(LARGE, more=["not an address", "reader3@example.org"]))
    page = press(author, job, "look")
    assert (job.state, job.done) == ("checking", 0)
    assert f"0 of {LARGE + 2} rows checked" in page
    assert 'http-equiv="refresh"' in page

    call_command("run_outbox", "--once", stdout=io.StringIO())

    job.refresh_from_db()
    assert (job.state, job.done) == ("draft", LARGE + 2)
    assert job.counts == {"added": LARGE, "refused": 1, "known": 1}
    assert not Subscriber.objects.exists()
    page = screen(author, job)
    assert f"Start the import of {LARGE + 2} rows" in page
    assert "http-equiv" not in page


def test_what_would_stay_out_can_be_downloaded_before_the_start(author, newsletter):
    suppress(address_key("reader7@example.org"), Suppression.Reason.COMPLAINED)
    job = checked(newsletter, many(LARGE, more=["not an address"]))

    assert "Download the rows that would stay out" in screen(author, job)
    rows = list(csv.DictReader(io.StringIO(author.get(f"{IMPORTS}/report/{job.pk}/").content.decode())))

    assert [(row["line"], row["outcome"]) for row in rows] == [
        ("9", "suppressed"),
        (str(LARGE + 2), "refused"),
    ]


def test_import_does_what_its_check_said(newsletter):
    SubscriptionFactory.create(
        newsletter=newsletter,
        subscriber__address="reader1@example.org",
        subscriber__address_key=address_key("reader1@example.org"),
    )
    suppress(address_key("reader2@example.org"), Suppression.Reason.COMPLAINED)
    job = checked(
        newsletter, many(LARGE, more=["x", "READER5@example.org", "new@example.org", "new@example.org"])
    )
    said, report = job.counts, job.report

    start_import(job)
    carry_on_imports(limit_seconds=60)

    job.refresh_from_db()
    assert said == {"added": LARGE - 1, "known": 3, "suppressed": 1, "refused": 1}
    assert (job.state, job.counts, job.report) == ("done", said, report)


def test_check_by_several_calls_knows_an_address_again(newsletter):
    job = being_checked(newsletter, many(LARGE * 2, more=["reader3@example.org"]))

    assert [carry_on_imports(limit_seconds=0) for _call in range(3)] == [1, 1, 0]

    job.refresh_from_db()
    assert (job.state, job.counts) == ("draft", {"added": LARGE * 2, "known": 1})


def test_another_process_goes_on_where_the_last_one_was_killed(newsletter, monkeypatch):
    job = being_checked(newsletter, many(LARGE * 2, more=["reader3@example.org"]))
    carry_on_imports(limit_seconds=0)
    with monkeypatch.context() as patched:
        patched.setattr(import_checks, "report_lines", lambda *given: sys.exit("killed"))
        with pytest.raises(SystemExit):
            carry_on_imports(limit_seconds=0)
    import_rows.forget_files()
    assert SubscriberImport.objects.get().done == BATCH

    carry_on_imports(limit_seconds=60)

    job.refresh_from_db()
    assert (job.state, job.counts) == ("draft", {"added": LARGE * 2, "known": 1})


def test_each_batch_takes_the_same_few_statements(newsletter, django_assert_num_queries):
    being_checked(newsletter, many(BATCH * 3))
    carry_on_imports(limit_seconds=0)

    # Old drafts, what moves, the job, its topics, subscriptions, suppressions, the note, what is left.
    with django_assert_num_queries(8):
        carry_on_imports(limit_seconds=0)


def test_progress_is_told_without_reading_the_file(author, newsletter):
    job = being_checked(newsletter, many(LARGE))

    with CaptureQueriesContext(connection) as queries:
        answer = author.get(f"{IMPORTS}/progress/{job.pk}/")
        author.get(f"{IMPORTS}/inspect/{job.pk}/")

    assert f"0 of {LARGE} rows checked" in answer.content.decode()
    assert not [query for query in queries if '"content"' in query["sql"]]


# Against it


@pytest.mark.parametrize("state", ["unchecked", "checking"])
def test_import_is_not_started_before_all_rows_were_looked_at(author, newsletter, state):
    job = lay_in(newsletter, None, "readers.csv", many(LARGE))
    if state == "checking":
        choose(job, columns=job.columns)

    with pytest.raises(ImportRefused, match="not all been checked"):
        start_import(job)
    page = press(author, job, "start")

    assert job.state == "checking"
    assert "rows are checked again" in page or "is being checked" in page
    carry_on_imports(limit_seconds=60)
    assert not Subscriber.objects.exists()


def test_who_chooses_otherwise_has_all_rows_checked_again_first(author, newsletter):
    job = checked(newsletter, many(LARGE))

    page = press(author, job, "start", is_confirmed="on", consent_text="I want the letter.")

    assert (job.state, job.done) == ("checking", 0)
    assert "You have chosen otherwise" in page
    carry_on_imports(limit_seconds=60)
    press(author, job, "start", is_confirmed="on", consent_text="I want the letter.")
    carry_on_imports(limit_seconds=60)
    assert set(Subscription.objects.values_list("state", flat=True)) == {"active"}


def test_stopped_check_gives_the_choices_back(author, newsletter):
    job = being_checked(newsletter, many(BATCH * 3))
    carry_on_imports(limit_seconds=0)

    page = press(author, job, "stop")

    assert (job.state, job.done, job.counts) == ("draft", 0, {})
    assert f"Check all {BATCH * 3} rows" in page
    assert carry_on_imports(limit_seconds=0) == 0


def choose_the_other_column(job):
    stop_check(job)
    choose(job, columns={"address": "second"})


@pytest.mark.parametrize("happen", [choose_the_other_column, stop_check, cancel_import])
def test_worker_with_rows_in_hand_notes_nothing_once_the_editor_chose_otherwise(
    newsletter, monkeypatch, happen
):
    lines = "".join(f"reader{place}@example.org,nobody\n" for place in range(LARGE))
    job = being_checked(newsletter, f"first,second\n{lines}".encode(), address="first")
    taken = []

    def meanwhile(self, rows, seen, take=Import.take):
        reports = take(self, rows, seen)
        if not taken:
            taken.append(len(rows))
            happen(SubscriberImport.objects.get())
        return reports

    monkeypatch.setattr(Import, "take", meanwhile)
    carry_on_imports(limit_seconds=0)

    job.refresh_from_db()
    assert taken == [BATCH]
    assert (job.done, job.counts) == (0, {})


def test_slower_of_two_workers_counts_nothing_twice(newsletter, monkeypatch):
    job = being_checked(newsletter, many(LARGE * 2, more=["reader3@example.org"]))
    taken = []

    def another_is_faster(self, rows, seen, take=Import.take):
        reports = take(self, rows, seen)
        taken.append(len(rows))
        if len(taken) == 1:
            carry_on_imports(limit_seconds=60)
        return reports

    monkeypatch.setattr(Import, "take", another_is_faster)
    carry_on_imports(limit_seconds=60)

    job.refresh_from_db()
    assert taken == [BATCH, BATCH, BATCH, LARGE * 2 + 1 - BATCH * 2]
    assert (job.state, job.counts) == ("draft", {"added": LARGE * 2, "known": 1})


def test_check_that_breaks_says_so_and_keeps_the_file(author, newsletter, monkeypatch):
    job = being_checked(newsletter, many(LARGE))
    with monkeypatch.context() as patched:
        patched.setattr(Import, "take", lambda *given: 1 / 0)
        assert carry_on_imports(limit_seconds=5) == 0

    job.refresh_from_db()
    assert (job.state, bytes(job.content)) == ("draft", many(LARGE))
    assert "so the check stopped. Nothing was imported." in screen(author, job)
    press(author, job, "look")
    carry_on_imports(limit_seconds=5)
    job.refresh_from_db()
    assert (job.is_checked, job.reason) == (True, "")


def test_column_without_addresses_is_said_at_once(author, upload):
    lines = "".join(f"reader{place}@example.org,x\n" for place in range(LARGE))
    job = upload(f"first,second\n{lines}".encode())
    assert "No column is called" in screen(author, job)

    page = press(author, job, "look", column_address="second")
    assert job.state == "checking"
    carry_on_imports(limit_seconds=60)
    job.refresh_from_db()

    assert "being checked" in page
    assert job.counts == {"refused": LARGE}


def test_check_comes_before_an_import_under_way(newsletter):
    running = started(newsletter, many(BATCH * 3))
    waiting = being_checked(newsletter, many(BATCH))
    SubscriberImport.objects.filter(pk=waiting.pk).update(state="checking", done=0, counts={})

    carry_on_imports(limit_seconds=0)

    running.refresh_from_db()
    waiting.refresh_from_db()
    assert (running.done, waiting.state) == (0, "draft")


@pytest.mark.services
def test_four_workers_look_through_one_file_together_on_postgresql(migrated_database):
    found = report_of("tests.newsletter.crowd_of_checkers", migrated_database)

    assert found["workers"] > 1
    assert found["check"] == ["draft", 3_001, {"added": 3_000, "known": 1}]
    assert found["import"] == ["done", 3_001, {"added": 3_000, "known": 1}]
    assert found["subscribed"] == 3_000
