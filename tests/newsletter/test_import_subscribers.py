"""An editor brings in subscribers from a file."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from onward_newsletter.actions.subscribing import erase_subscriber, suppress, unsubscribe
from onward_newsletter.addresses import address_key
from onward_newsletter.models import Outbox, Subscriber, Subscription, Suppression

from .factories import SubscriptionFactory


pytestmark = pytest.mark.django_db


@pytest.fixture
def bring_in(tmp_path, newsletter):
    """Write a file and import it; return the exit code and what was said."""

    def run(content, *options, encoding="utf-8"):
        path = tmp_path / "readers.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        out = io.StringIO()
        try:
            call_command(
                "import_subscribers", str(path), "--newsletter", newsletter.slug, *options, stdout=out
            )
        except SystemExit as stop:
            return stop.code, out.getvalue()
        return 0, out.getvalue()

    return run


def addresses():
    return sorted(Subscriber.objects.values_list("address", flat=True))


CONFIRMED = ("--confirmed", "--consent", "I want the letter.")


def test_rows_come_in_as_pending_and_nobody_is_written_to(bring_in):
    code, said = bring_in("email\na@example.org\nB@Example.org\n")

    assert (code, addresses()) == (0, ["a@example.org", "b@example.org"])
    assert set(Subscription.objects.values_list("state", "source")) == {("pending", "import")}
    assert not Outbox.objects.exists()
    assert "2 rows: 2 added (new ones are pending)." in said


def test_confirmed_rows_are_active_and_keep_the_consent(bring_in, series):
    bring_in("email\na@example.org\n", "--topic", series.slug, *CONFIRMED)

    subscription = Subscription.objects.get()
    assert (subscription.state, subscription.topic) == (Subscription.State.ACTIVE, series)
    assert (subscription.consent_text, subscription.confirmed_at is None) == ("I want the letter.", False)


def test_same_file_again_changes_nothing(bring_in):
    content = "email\na@example.org\nb@example.org\n"
    bring_in(content, *CONFIRMED)
    before = list(Subscription.objects.values())

    code, said = bring_in(content, *CONFIRMED)

    assert (code, list(Subscription.objects.values())) == (0, before)
    assert "2 known" in said


def test_duplicates_in_one_file_are_one(bring_in):
    _code, said = bring_in("email\na@example.org\nA@EXAMPLE.ORG\n a@example.org \n")

    assert addresses() == ["a@example.org"]
    assert "1 added, 2 known" in said


def test_bad_rows_are_named_with_their_line_and_good_ones_come_in(bring_in):
    code, said = bring_in("name,email\nA,a@example.org\nB,not an address\nC\n\nD,d@example.org\n")

    assert (code, addresses()) == (1, ["a@example.org", "d@example.org"])
    assert "line 3: refused: 'not an address': This is not an e-mail address." in said
    assert "line 4: refused" in said
    assert "2 added, 2 refused" in said


def test_addresses_that_left_or_were_suppressed_stay_out(bring_in, newsletter):
    left = SubscriptionFactory.create(subscriber__address="left@example.org", newsletter=newsletter)
    unsubscribe(left)
    erased = SubscriptionFactory.create(subscriber__address="erased@example.org", newsletter=newsletter)
    erase_subscriber(erased.subscriber)
    suppress(address_key("spam@example.org"), Suppression.Reason.COMPLAINED)

    code, said = bring_in("email\nleft@example.org\nerased@example.org\nspam@example.org\n", *CONFIRMED)

    assert code == 0
    assert addresses() == ["left@example.org"]
    assert Subscription.objects.get().state == Subscription.State.ENDED
    assert "2 suppressed, 1 unsubscribed" in said


def test_confirmed_file_confirms_who_was_pending(bring_in, newsletter):
    SubscriptionFactory.create(
        subscriber__address="a@example.org", newsletter=newsletter, state=Subscription.State.PENDING
    )

    _code, said = bring_in("email\na@example.org\n", *CONFIRMED)

    assert Subscription.objects.get().state == Subscription.State.ACTIVE
    assert "1 confirmed" in said


def test_dry_run_reports_everything_and_changes_nothing(bring_in):
    code, said = bring_in("email\na@example.org\nnope\n", "--dry-run")

    assert (code, addresses()) == (1, [])
    assert "1 added, 1 refused" in said
    assert "nothing was changed" in said


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("email,name\na@example.org,Zoë\n", "utf-8"),
        ("email,name\na@example.org,Zoë\n", "utf-8-sig"),
        ("email;name\na@example.org;Zoë\n", "utf-16"),
        ("name;email\nZoë;a@example.org\n", "latin-1"),
        ("email\tname\r\na@example.org\tZoë\r\n", "utf-8"),
        ('"Email Address","First Name"\n"a@example.org","Zoë\nvan ""D"""\n', "utf-8"),
        ("name,E-Mail\r\n,a@example.org\r\n", "utf-8"),
        ("a@example.org\n", "utf-8"),
        ("Zoë,a@example.org\n", "utf-8-sig"),
        ("a@example.org", "utf-8"),
    ],
)
def test_files_of_many_programs_are_read(bring_in, content, encoding):
    code, said = bring_in(content, encoding=encoding)

    assert (code, addresses()) == (0, ["a@example.org"]), said


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"name,age\nA,3\n", b"\xff\xfe", b"\x00\x01\x02\n", b"PK\x03\x04rubbish"]
)
def test_file_that_is_no_list_is_refused_in_a_sentence(bring_in, content):
    with pytest.raises(CommandError, match=r"empty|No column is called|NUL bytes|Excel"):
        bring_in(content)
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize(
    "row",
    [
        '"' + "x" * 20_000 + '"',
        '"never closed',
        "a@example.org\x00",
        "=cmd|' /C calc'!A0",
        "a@exa\u2028mple.org",
        "a@b@c.example",
    ],
)
def test_hostile_rows_are_refused_one_by_one(bring_in, row):
    code, _said = bring_in(f"email\ngood@example.org\n{row}\n")

    assert (code, addresses()) == (1, ["good@example.org"])


def test_many_rows_come_in_by_few_statements(bring_in, django_assert_max_num_queries):
    content = "email\n" + "".join(f"reader{number}@example.org\n" for number in range(2000))

    with django_assert_max_num_queries(100):
        bring_in(content, *CONFIRMED)

    assert Subscription.objects.count() == 2000


@pytest.mark.parametrize(
    "options", [["--confirmed"], ["--consent", "Yes."], ["--confirmed", "--consent", "  "]]
)
def test_confirmed_without_the_words_agreed_to_is_refused(bring_in, options):
    with pytest.raises(CommandError, match="go together"):
        bring_in("email\na@example.org\n", *options)


def test_unknown_newsletter_topic_and_file_are_named(bring_in, newsletter, series):
    with pytest.raises(CommandError, match="There are: sales-floor"):
        call_command("import_subscribers", "x.csv", "--newsletter", "nope")
    with pytest.raises(CommandError, match=f"There are: {series.slug}"):
        bring_in("email\n", "--topic", "nope")
    with pytest.raises(CommandError, match="There is no file"):
        call_command("import_subscribers", str(Path("nowhere.csv")), "--newsletter", newsletter.slug)
