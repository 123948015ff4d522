"""What mail programs and spam filters read before any person does."""

from email import message_from_bytes
from email.policy import SMTP
from html import unescape
from itertools import product
from typing import Any

import pytest
from django.core import mail

from onward_newsletter.actions.issues import prepare_issue
from onward_newsletter.messages import Message, MessageTemplate, UnsafeValue
from onward_newsletter.models import Delivery
from onward_newsletter.pump import pump
from tests.faults.sink import SinkThread

from .factories import NewsletterFactory
from .relay import mails, readers, sending_to


pytestmark = pytest.mark.django_db


def test_an_issue_carries_the_headers_of_a_newsletter(relay: SinkThread, settings: Any) -> None:
    settings.WAGTAILADMIN_BASE_URL = "https://blog.example.org"
    issue = sending_to(readers(1), NewsletterFactory.create(reply_to="replies@example.org"))

    pump()

    found = mails(relay)[0]
    token = Delivery.objects.get().token
    assert found["List-Unsubscribe"] == f"<https://blog.example.org/u/{token}>"
    assert len(found["List-Unsubscribe"]) < 62
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert found["List-Id"] == "<sales-floor.example.org>"
    assert found["Feedback-ID"].startswith(f"{issue.pk}:sales-floor:")
    assert found["X-Entity-Ref-ID"] in found["Message-ID"]
    assert found["Reply-To"] == "replies@example.org"
    assert found["To"] == "reader-000@example.org"
    assert "Precedence" not in found
    assert not found.defects


def test_the_message_id_is_kept_in_the_ledger_and_differs_between_readers(relay: SinkThread) -> None:
    sending_to(readers(3))

    pump()

    ids = {line["message_id"] for line in relay.book.lines("accepted")}
    assert ids == set(Delivery.objects.values_list("message_id", flat=True))
    assert len(ids) == 3
    assert all(found.endswith("@example.org") for found in ids)


def test_no_line_is_longer_than_a_mail_may_have(relay: SinkThread) -> None:
    sending_to(readers(1), intro="A very long line. " * 500)

    pump()

    raw = relay.book.lines("accepted")[0]["raw"]
    assert max(len(line) for line in raw.split("\r\n")) <= 78
    assert "\n" not in raw.replace("\r\n", "")
    assert raw.isascii()


@pytest.mark.parametrize("evil", ["\r\nBcc: victim@example.org", "\nX: y", "\x01", "\u2028X: y", "\x85"])
def test_no_title_or_name_can_become_a_header(relay: SinkThread, evil: str) -> None:
    newsletter = NewsletterFactory.create(sender_name=f"Ann{evil}")
    sending_to(readers(1), newsletter, subject=f"Part 2{evil}")

    pump()

    found = mails(relay)[0]
    assert [len(found.get_all(name)) for name in ("Subject", "From", "To")] == [1, 1, 1]
    assert found["Bcc"] is None
    assert found["X"] is None


def test_a_name_with_letters_of_any_script_arrives(relay: SinkThread) -> None:
    newsletter = NewsletterFactory.create(sender_name='Zoë "Zo" Müller, 田中')
    sending_to(readers(1), newsletter, subject="Größer, 大きく")

    pump()

    found = mails(relay)[0]
    assert found["From"].addresses[0].display_name == 'Zoë "Zo" Müller, 田中'
    assert found["From"].addresses[0].addr_spec == "mara@example.org"
    assert found["Subject"] == "Größer, 大きく"


def test_a_readers_own_line_is_escaped_in_html_and_plain_in_text() -> None:
    template = MessageTemplate(
        subject="S",
        sender="Ann <ann@example.org>",
        text="%%personal_line%%\n",
        html="<p>%%personal_line%%</p>\n",
    )
    message = Message(
        template, "ann@example.org", "r@example.org", "1@example.org", {"personal_line": "<b> & 41 = é"}
    )

    email = message.as_email()

    assert email.body == "<b> & 41 = é\n"
    assert email.alternatives[0][0] == "<p>&lt;b&gt; &amp; 41 = é</p>\n"
    assert b"&lt;b&gt; &amp; 41 =3D =C3=A9" in message.as_bytes()
    assert b"\r\n<b> & 41 =3D =C3=A9" in message.as_bytes()


@pytest.mark.parametrize("evil", ["a\rb", "a\nb", "a\x00b", "a\u2029b"])
def test_a_value_with_a_line_break_is_refused(evil: str) -> None:
    template = MessageTemplate(subject="S", sender="ann@example.org", text="%%personal_line%%")
    message = Message(template, "ann@example.org", "r@example.org", "1@example.org", {"personal_line": evil})

    with pytest.raises(UnsafeValue):
        message.as_bytes()
    with pytest.raises(UnsafeValue):
        message.as_email()


def test_a_value_with_a_line_break_in_the_ledger_costs_that_reader_alone(relay: SinkThread) -> None:
    issue = sending_to(readers(3))
    prepare_issue(issue)
    Delivery.objects.filter(subscriber__address="reader-001@example.org").update(
        slots={"personal_line": "a\nb"}
    )

    pump()

    assert sorted(relay.book.accepted()) == ["reader-000@example.org", "reader-002@example.org"]
    assert "UnsafeValue" in Delivery.objects.get(state="failed").reason


def test_what_an_app_says_about_a_reader_fills_the_slot(relay: SinkThread) -> None:
    issue = sending_to(readers(2))
    people = {"reader-000@example.org": "In Part 1 you chose\nadministration."}

    prepare_issue(
        issue,
        audience_slots=lambda subscribers: {
            person.pk: {"personal_line": people[person.address]}
            for person in subscribers
            if person.address in people
        },
    )

    slots = dict(Delivery.objects.values_list("subscriber__address", "slots"))
    assert slots["reader-000@example.org"] == {"personal_line": "In Part 1 you chose administration."}
    assert slots["reader-001@example.org"] == {}


def test_lines_that_begin_with_a_dot_arrive_as_written(relay: SinkThread) -> None:
    template = MessageTemplate(subject="S", sender="ann@example.org", text=".\n.hidden\n..twice\nend")

    message = Message(template, "ann@example.org", "r@example.org", "1@example.org")

    wire = message.as_wire()
    assert message.as_bytes().endswith(b"\r\n=2E\r\n.hidden\r\n..twice\r\nend\r\n")
    assert wire.count(b"\r\n.\r\n") == 1
    assert wire.endswith(b"\r\n.\r\n")


BEFORE = ("", ".", "a" * 73, "a" * 74, "a" * 75, "ä" * 200, "= ", "<a href='https://example.org/u/")
VALUES = ("", ".", "..dots", "b" * 75, "ü" * 80, "a=b ", "plain")
AFTER = ("", ".", " and more", "c" * 400)


def test_a_value_in_the_middle_of_a_line_arrives_as_written() -> None:
    for before, value, after in product(BEFORE, VALUES, AFTER):
        _check_line(before, value, after)


def _check_line(before: str, value: str, after: str) -> None:
    line = f"{before}%%personal_line%%{after}%%token%%"
    body = {"text": f"One\n{line}\nend", "html": line}
    template = MessageTemplate(subject="S", sender="ann@example.org", **body)
    values = {"personal_line": value, "token": "."}
    message = Message(template, "ann@example.org", "r@example.org", "1@example.org", values)

    read = message_from_bytes(message.as_bytes(), policy=SMTP)

    text, html = (part.get_payload(decode=True).decode() for part in read.walk() if not part.is_multipart())
    assert text == f"One\r\n{before}{value}{after}.\r\nend\r\n"
    assert unescape(html) == f"{before}{value}{after}.\r\n"
    lines = message.as_wire().split(b"\r\n")
    assert max(len(line.replace(b"..", b".", 1)) for line in lines) <= 76
    assert [line for line in lines if line.startswith(b".") and not line.startswith(b"..")] == [b"."]


def test_both_ways_out_say_the_same(relay: SinkThread, settings: Any) -> None:
    settings.ONWARD_NEWSLETTER = {**settings.ONWARD_NEWSLETTER, "TRANSPORT": "smtp"}
    sending_to(readers(1), intro="Grüße.")
    pump()
    Delivery.objects.update(state="pending", claim_token="")
    settings.ONWARD_NEWSLETTER = {**settings.ONWARD_NEWSLETTER, "TRANSPORT": "django"}
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    Delivery.objects.get().issue.__class__.objects.update(state="sending")

    pump()

    ours, theirs = mails(relay)[0], mail.outbox[0].message()
    for name in ("Subject", "From", "To", "Message-ID", "List-Unsubscribe", "List-Id", "X-Entity-Ref-ID"):
        assert str(ours[name]) == str(theirs[name])
    plain = ours.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().split() == mail.outbox[0].body.split()
