"""An editor moves here from another program, with the files that program writes."""

import io

import pytest
from django.core.management import call_command

from onward_newsletter.addresses import address_key
from onward_newsletter.importers import UnreadableFile, guess_columns, open_list, recognise
from onward_newsletter.models import Subscriber, Subscription, Suppression

from .factories import SubscriptionFactory


pytestmark = pytest.mark.django_db

SUBSTACK = (
    "email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at\n"
    "ines@example.org,false,,other,false,2021-03-04T05:06:07.000Z,\n"
    "olu@example.org,true,2027-01-01T00:00:00.000Z,yearly,true,2020-01-02T00:00:00.000Z,2020-02-02T00:00:00.000Z\n"
)
GHOST = (
    "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers\n"
    'a1,ines@example.org,"Ines, of Porto",,true,false,,2021-03-04T05:06:07.000Z,,early,\n'
    "a2,olu@example.org,Olu,,false,false,,2020-01-02T00:00:00.000Z,,,\n"
    "a3,gone@example.org,Gone,,true,false,,2020-01-02T00:00:00.000Z,2022-01-01T00:00:00.000Z,,\n"
)
MAILCHIMP_HEAD = (
    '"Email Address","First Name","Last Name",MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP'
)
MAILCHIMP_TAIL = "LAST_CHANGED,LEID,EUID,NOTES,TAGS"
MAILCHIMP_SUBSCRIBED = (
    f"{MAILCHIMP_HEAD},{MAILCHIMP_TAIL}\n"
    '"ines@example.org",Ines,Sá,2,"2021-03-04 05:06:07",,"2021-03-04 05:16:07",203.0.113.9,"2023-01-01 00:00:00",1,e1,,\n'
)
MAILCHIMP_UNSUBSCRIBED = (
    f"{MAILCHIMP_HEAD},UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER,{MAILCHIMP_TAIL}\n"
    '"olu@example.org",Olu,,2,"2020-01-02 00:00:00",,"2020-01-02 00:00:00",,"2022-01-01 00:00:00",May,7,NORMAL,,,2,e2,,\n'
    '"angry@example.org",A,,2,"2020-01-02 00:00:00",,"2020-01-02 00:00:00",,"2022-01-01 00:00:00",May,7,SPAM,,,3,e3,,\n'
)
MAILCHIMP_CLEANED = (
    f"{MAILCHIMP_HEAD},CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID,{MAILCHIMP_TAIL}\n"
    '"olu@example.org",Olu,,2,"2020-01-02 00:00:00",,"2020-01-02 00:00:00",,"2022-01-01 00:00:00",May,7,,2,e2,,\n'
)
LISTMONK = (
    "uuid,email,name,attributes,status,created_at,updated_at\n"
    'u1,ines@example.org,Ines,"{""city"": ""Porto""}",enabled,2021-03-04 05:06:07.5+00,2023-01-01 00:00:00+00\n'
    "u2,olu@example.org,Olu,{},disabled,2020-01-02 00:00:00+00,2020-01-02 00:00:00+00\n"
    "u3,shut@example.org,Shut,{},blocklisted,2020-01-02 00:00:00+00,2020-01-02 00:00:00+00\n"
)
FILES = {
    "Substack": (SUBSTACK, {"olu@example.org": "left"}),
    "Ghost": (GHOST, {"olu@example.org": "left", "gone@example.org": "left"}),
    "Mailchimp": (MAILCHIMP_SUBSCRIBED, {}),
    "listmonk": (LISTMONK, {"olu@example.org": "left", "shut@example.org": "by_editor"}),
}
AGREED = ("--confirmed", "--consent", "I want the letter.")


@pytest.fixture
def move(tmp_path, newsletter):
    def run(content, *options):
        path = tmp_path / "export.csv"
        path.write_text(content, encoding="utf-8")
        out = io.StringIO()
        call_command("import_subscribers", str(path), "--newsletter", newsletter.slug, *options, stdout=out)
        return out.getvalue()

    return run


def suppressed():
    return dict(Suppression.objects.values_list("address_key", "reason"))


@pytest.mark.parametrize("program", FILES)
def test_file_is_recognised_and_brings_in_who_wants_mail_and_nobody_else(move, program):
    said = move(FILES[program][0], *AGREED)

    assert f"This is a file of {program}." in said
    assert list(Subscriber.objects.values_list("address", flat=True)) == ["ines@example.org"]
    assert Subscription.objects.get().state == Subscription.State.ACTIVE
    assert suppressed() == {}


@pytest.mark.parametrize("program", FILES)
def test_date_of_consent_comes_along(move, program):
    move(FILES[program][0], *AGREED)

    assert f"{Subscription.objects.get().requested_at:%Y-%m-%d %H:%M}" == "2021-03-04 05:06"


def test_date_of_mailchimps_confirmation_comes_along(move):
    move(MAILCHIMP_SUBSCRIBED, *AGREED)

    assert f"{Subscription.objects.get().confirmed_at:%H:%M}" == "05:16"


@pytest.mark.parametrize("program", ["Substack", "Ghost", "listmonk"])
def test_who_left_is_kept_out_by_hash_when_asked_for(move, program):
    content, left = FILES[program]

    move(content, "--keep-out")
    said = move("email\n" + "\n".join(left) + "\n", *AGREED)

    assert suppressed() == {address_key(address): reason for address, reason in left.items()}
    assert f"{len(left)} suppressed" in said
    assert not Subscriber.objects.filter(address__in=left).exists()


@pytest.mark.parametrize(
    ("content", "reasons"),
    [
        (MAILCHIMP_UNSUBSCRIBED, {"olu@example.org": "left", "angry@example.org": "complained"}),
        (MAILCHIMP_CLEANED, {"olu@example.org": "bounced"}),
    ],
)
def test_mailchimps_other_files_bring_in_nobody(move, content, reasons):
    said = move(content, "--keep-out", *AGREED)

    assert not Subscriber.objects.exists()
    assert suppressed() == {address_key(address): reason for address, reason in reasons.items()}
    assert f"{len(reasons)} left" in said


def test_who_subscribed_here_since_is_not_shut_out_by_an_old_file(move, newsletter):
    SubscriptionFactory.create(subscriber__address="olu@example.org", newsletter=newsletter)

    move(SUBSTACK, "--keep-out")

    assert suppressed() == {}
    assert Subscription.objects.get(subscriber__address="olu@example.org").state == Subscription.State.ACTIVE


def test_dry_run_keeps_nobody_out(move):
    move(MAILCHIMP_CLEANED, "--keep-out", "--dry-run")

    assert suppressed() == {}


def test_consent_column_is_kept_only_when_the_editor_affirms(move):
    content = "email,consent,subscribed_at\nines@example.org,I want the old letter.,2021-03-04\n"
    move(content)
    assert Subscription.objects.get().state == Subscription.State.PENDING
    Subscriber.objects.all().delete()

    move(content, *AGREED)

    row = Subscription.objects.get()
    assert (row.state, row.consent_text) == ("active", "I want the old letter.")


@pytest.mark.parametrize("when", ["9999-12-31", "2021-02-30", "0000-00-00", "yesterday", "9" * 400])
def test_dates_that_make_no_sense_are_not_taken(move, when):
    move(f"email,subscribed_at\nines@example.org,{when}\n", *AGREED)

    assert Subscription.objects.get().requested_at.year in range(2024, 2100)


def test_headings_in_another_order_and_case_are_the_same_file():
    list_ = open_list(io.BytesIO(b"Status,ATTRIBUTES,Email,UUID,created_at\n"))

    assert recognise(list_.headings).key == "listmonk"
    assert guess_columns(recognise(list_.headings), list_)["address"] == "Email"


def rows_in(content):
    list_ = open_list(io.BytesIO(content))
    format_ = recognise(list_.headings)
    return list(list_.rows(format_, guess_columns(format_, list_)))


HARD_FILES = {
    "utf-8": "email,name\nines@example.org,Zoë\n".encode(),
    "utf-8 with a mark": "email,name\nines@example.org,Zoë\n".encode("utf-8-sig"),
    "utf-16 little": "email;name\nines@example.org;Zoë\n".encode("utf-16"),
    "utf-16 big": b"\xfe\xff" + "email\tname\nines@example.org\tZoë\n".encode("utf-16-be"),
    "utf-16 without a mark": "email,name\nines@example.org,Zo\n".encode("utf-16-le"),
    "latin-1": "name;email\nZoë;ines@example.org\n".encode("latin-1"),
    "semicolons": b"name;email\nA;ines@example.org\n",
    "tabs": b"name\temail\r\nA\tines@example.org\r\n",
    "quoted newlines": b'email,note\n"ines@example.org","one\ntwo, ""three"""\n',
    "nul in another column": b"email,note\nines@example.org,a\x00b\n",
    "old Mac line ends": b"email\rines@example.org\r",
    "no headings": b"Ines,ines@example.org\n",
}


@pytest.mark.parametrize("name", HARD_FILES)
def test_hard_file_gives_its_address(name):
    assert [row.typed for row in rows_in(HARD_FILES[name])] == ["ines@example.org"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b" \n\nines@example.org\n", "begins with an empty line"),
        (b"PK\x03\x04\x14\x00\x06\x00", "Excel or LibreOffice"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old Excel"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\x1f\x8b\x08\x00", "compressed"),
        (b"\x00\x01\x02\x00\x00" * 50, "NUL bytes"),
        (b"name,age\nA,3\n", "No column is called"),
        (b"a" * 10_000_000, "no line of headings"),
    ],
)
def test_file_that_is_no_list_is_refused_in_a_sentence(content, sentence):
    with pytest.raises(UnreadableFile, match=sentence):
        rows_in(content)


def test_line_of_ten_megabytes_is_refused_and_the_next_ones_come_in():
    rows = rows_in(b"email\n" + b"x" * 10_000_000 + b"\nines@example.org\n")

    assert [(row.typed, bool(row.problem)) for row in rows] == [("", True), ("ines@example.org", False)]


def test_broken_utf_16_spoils_only_its_own_rows():
    rows = rows_in(
        "email\nines@example.org\n".encode("utf-16")
        + b"\x00\xd8\x0a\x00"
        + "olu@example.org\n".encode("utf-16-le")
        + b"x"
    )

    assert rows[0].typed == "ines@example.org"
    assert "olu@example.org" in [row.typed for row in rows]
