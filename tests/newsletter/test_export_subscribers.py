"""An editor takes the subscribers out as a file, and in again somewhere else."""

import csv
import io
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from onward_newsletter.actions.subscribing import suppress, unsubscribe
from onward_newsletter.addresses import address_key
from onward_newsletter.importers.onward import COLUMNS
from onward_newsletter.models import Subscriber, Subscription, Suppression

from .factories import SubscriptionFactory


pytestmark = pytest.mark.django_db

EXPORT = "/admin/newsletter/subscribers/export-all/"
HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "'quoted",
    'a, "b"',
    "x\ny",
    "=cmd|' /C calc'!A0",
    "é",
    "-",
]


def exported(newsletter, *options):
    out = io.StringIO()
    call_command("export_subscribers", "-", "--newsletter", newsletter.slug, *options, stdout=out)
    return out.getvalue()


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture
def people(newsletter, series):
    """One of each state; the confirmed one has dates and words of their own."""
    active = SubscriptionFactory.create(
        subscriber__address="active@example.org",
        newsletter=newsletter,
        topic=series,
        requested_at=datetime(2021, 3, 4, 5, 6, 7, 89, tzinfo=UTC),
        confirmed_at=datetime(2021, 3, 5, tzinfo=UTC),
        consent_text="=I want, the “letter”.",
    )
    left = SubscriptionFactory.create(subscriber__address="left@example.org", newsletter=newsletter)
    unsubscribe(left)
    waiting = SubscriptionFactory.create(
        subscriber__address="waiting@example.org",
        newsletter=newsletter,
        state=Subscription.State.PENDING,
        confirmed_at=None,
    )
    return active, left, waiting


def record(newsletter):
    fields = (
        "subscriber__address",
        "state",
        "topic",
        "consent_text",
        "consent_page",
        "confirmed_at",
        "ended_at",
        "end_reason",
    )
    return sorted(Subscription.objects.filter(newsletter=newsletter).values_list(*fields), key=str)


def test_export_has_a_line_for_each_subscription(newsletter, people, series):
    rows = rows_of(exported(newsletter))

    assert tuple(rows[0]) == COLUMNS
    assert [(row["address"], row["state"], row["topic"]) for row in rows] == [
        ("active@example.org", "active", series.slug),
        ("left@example.org", "ended", ""),
        ("waiting@example.org", "pending", ""),
    ]


@pytest.mark.parametrize(
    ("options", "number"), [(("--state", "ended"), 1), (("--state", "active"), 1), ((), 3)]
)
def test_export_is_narrowed_by_state(newsletter, people, options, number):
    assert len(rows_of(exported(newsletter, *options))) == number


def test_export_is_narrowed_by_topic(newsletter, people, series):
    assert [row["address"] for row in rows_of(exported(newsletter, "--topic", series.slug))] == [
        "active@example.org"
    ]


def test_what_was_taken_out_comes_in_again_as_it_was(newsletter, people, tmp_path):
    path = tmp_path / "out.csv"
    call_command("export_subscribers", str(path), "--newsletter", newsletter.slug)
    before = record(newsletter)
    asked = Subscription.objects.get(state="active").requested_at
    Subscriber.objects.all().delete()

    call_command(
        "import_subscribers",
        str(path),
        "--newsletter",
        newsletter.slug,
        "--confirmed",
        "--consent",
        "Yes.",
        stdout=io.StringIO(),
    )

    assert record(newsletter) == before
    assert Subscription.objects.get(state="active").requested_at == asked
    assert oct(path.stat().st_mode)[-3:] == "600"


def test_without_the_editors_word_an_export_brings_in_nobody_as_active(newsletter, people, tmp_path):
    path = tmp_path / "out.csv"
    path.write_text(exported(newsletter))
    Subscriber.objects.all().delete()

    call_command("import_subscribers", str(path), "--newsletter", newsletter.slug, stdout=io.StringIO())

    assert sorted(Subscription.objects.values_list("state", flat=True)) == ["ended", "pending", "pending"]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_is_a_formula_and_the_text_survives_the_way_back(newsletter, tmp_path, text):
    SubscriptionFactory.create(newsletter=newsletter, consent_text=text)
    content = exported(newsletter)
    path = tmp_path / "out.csv"
    path.write_text(content, newline="")
    Subscriber.objects.all().delete()

    call_command(
        "import_subscribers",
        str(path),
        "--newsletter",
        newsletter.slug,
        "--confirmed",
        "--consent",
        "Yes.",
        stdout=io.StringIO(),
    )

    cells = [cell for row in csv.reader(io.StringIO(content, newline="")) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]
    assert Subscription.objects.get().consent_text == text


@pytest.mark.parametrize("address", ["+a@example.org", "=1+1@example.org", "'b@example.org"])
def test_address_that_begins_like_a_formula_comes_back_as_it_was(newsletter, tmp_path, address):
    SubscriptionFactory.create(newsletter=newsletter, subscriber__address=address)
    path = tmp_path / "out.csv"
    path.write_text(exported(newsletter))
    Subscriber.objects.all().delete()

    call_command("import_subscribers", str(path), "--newsletter", newsletter.slug, stdout=io.StringIO())

    assert Subscriber.objects.get().address == address


def test_hashes_and_suppressed_people_are_in_no_export(newsletter, people):
    suppress(people[0].subscriber.address_key, Suppression.Reason.COMPLAINED)
    suppress(address_key("stranger@example.org"), Suppression.Reason.ERASED)

    content = exported(newsletter)

    assert not [key for key in Suppression.objects.values_list("address_key", flat=True) if key in content]
    assert {row["reason"] for row in rows_of(content)} == {"complained", "unsubscribed", ""}


def test_mark_for_excel_is_written_on_request(newsletter, people):
    assert exported(newsletter, "--bom").startswith("\ufeffaddress,")
    assert exported(newsletter).startswith("address,")


def test_folder_that_is_not_there_is_named(newsletter):
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export_subscribers", "/nowhere/out.csv", "--newsletter", newsletter.slug)


def test_editor_downloads_the_file(author, newsletter, people):
    assert b"Suppressed addresses" in author.get(EXPORT).content

    response = author.post(EXPORT, {"newsletter": newsletter.pk, "state": "active"})

    content = b"".join(response.streaming_content).decode()
    assert [row["address"] for row in rows_of(content)] == ["active@example.org"]
    assert response["Content-Disposition"].endswith('"subscribers-sales-floor.csv"')


def test_who_may_edit_pages_takes_nobody_out(editor, newsletter, people):
    for answer in (editor.get(EXPORT), editor.post(EXPORT, {"newsletter": newsletter.pk})):
        assert answer.status_code in {302, 403}


def test_export_reads_rows_in_few_statements(newsletter, django_assert_max_num_queries):
    SubscriptionFactory.create_batch(30, newsletter=newsletter)

    with django_assert_max_num_queries(3):
        exported(newsletter)
