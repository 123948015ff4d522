"""Mail comes back: reports of many servers are read, and nobody's forgery closes an address."""

import io
import os
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.test import override_settings
from django.utils import timezone
from hypothesis import HealthCheck, given, settings, strategies

from onward_newsletter.bounces.mailbox import Mailbox, MailboxError
from onward_newsletter.bounces.reading import Reading, take_in
from onward_newsletter.bounces.reports import Unreadable, read_report
from onward_newsletter.bounces.severity import is_final
from onward_newsletter.messages import message_id
from onward_newsletter.models import Delivery, DeliveryEvent, Subscriber, Subscription, Suppression
from onward_newsletter.tasks import read_bounces

from . import letterbox
from .factories import DeliveryFactory, SubscriptionFactory
from .postbox import Postbox, postbox


__all__ = ["postbox"]

OURS = message_id("7", "some key", "example.org")

#: The report -> what it says.
REPORTS: dict[Any, str] = {
    letterbox.postfix: "bounced",
    letterbox.postfix_full: "soft_bounced",
    letterbox.postfix_expired: "soft_bounced",
    letterbox.postfix_delayed: "deferred",
    letterbox.exim: "bounced",
    letterbox.exim_of_old: "bounced",
    letterbox.gmail: "bounced",
    letterbox.gmail_over_rate: "soft_bounced",
    letterbox.exchange: "bounced",
    letterbox.outlook_policy: "soft_bounced",
    letterbox.edge_blocked: "bounced",
    letterbox.qmail: "bounced",
    letterbox.complaint: "complained",
    letterbox.wrapped: "bounced",
    letterbox.huge: "bounced",
}
NO_REPORTS = [letterbox.absence, letterbox.a_letter, letterbox.inside_a_letter, letterbox.cut_off]
HOSTILE = [letterbox.nested, letterbox.nonsense, letterbox.forged_charset, letterbox.cut_off]


@pytest.fixture
def delivery(newsletter: Any) -> Delivery:
    subscription = SubscriptionFactory.create(
        subscriber__address="reader@example.org",
        newsletter=newsletter,
        confirmed_at=timezone.now() - timedelta(days=90),
    )
    return DeliveryFactory.create(
        issue__newsletter=newsletter,
        subscriber=subscription.subscriber,
        subscription=subscription,
        state="submitted",
        message_id=OURS,
    )


@pytest.mark.parametrize("write", REPORTS, ids=lambda write: write.__name__)
def test_report_is_read_as_its_server_meant_it(write: Any) -> None:
    report = read_report(write(OURS))

    assert report is not None
    assert (report.event_type, report.message_id) == (REPORTS[write], OURS)


@pytest.mark.parametrize("write", REPORTS, ids=lambda write: write.__name__)
def test_report_with_the_line_ends_of_the_wire_says_the_same(write: Any) -> None:
    report = read_report(write(OURS).replace(b"\n", b"\r\n"))

    assert report is not None
    assert report.event_type == REPORTS[write]


@pytest.mark.parametrize("write", NO_REPORTS, ids=lambda write: write.__name__)
def test_what_people_write_is_no_report(write: Any) -> None:
    assert read_report(write(OURS)) is None


@pytest.mark.parametrize("kind", ["not-spam", "auth-failure", "", "dmarc"])
def test_other_feedback_is_no_complaint(kind: str) -> None:
    assert read_report(letterbox.complaint(OURS, kind)) is None


def test_report_without_a_copy_is_found_by_what_it_answers() -> None:
    raw = letterbox.gmail(OURS).replace(
        b"Message-ID: <" + OURS.encode(), b"Message-ID: <somebody@else.example"
    )

    report = read_report(raw)

    assert report is not None
    assert report.message_id == OURS


def test_one_of_two_recipients_that_got_the_mail_is_enough() -> None:
    second = b"Final-Recipient: rfc822; other@example.org\nAction: relayed\nStatus: 2.0.0\n\n--=_seam\nContent-Type: message/rfc822"
    raw = letterbox.postfix(OURS).replace(b"--=_seam\nContent-Type: message/rfc822", second)

    report = read_report(raw)

    assert report is not None
    assert report.event_type == "sent"


@pytest.mark.parametrize(
    ("status", "words", "final"),
    [
        ("5.1.1", "", True),
        ("5.1.2", "550 host unknown", True),
        ("5.2.1", "mailbox disabled", True),
        ("5.1.8", "sender's domain does not exist", False),
        ("5.2.2", "mailbox full", False),
        ("5.7.1", "550 5.7.1 user unknown to our spam filter", False),
        ("4.2.2", "over quota", False),
        ("5.0.0", "550 no such user", True),
        ("5.0.0", "550 5.1.1 gone", True),
        ("5.0.0", "554 transaction failed", False),
        ("", "550 unknown user", True),
        ("", "450 unknown user, try later", False),
        ("", "your message was lost in 192.168.5.1.1", False),
        ("", "", False),
    ],
)
def test_only_what_is_about_the_address_is_final(status: str, words: str, final: bool) -> None:
    assert is_final(status, words) is final


@pytest.mark.parametrize("write", HOSTILE, ids=lambda write: write.__name__)
def test_broken_mail_is_set_aside(delivery: Delivery, write: Any) -> None:
    reading = take_in(write(OURS))

    assert (
        reading in {Reading.UNREADABLE, Reading.NO_REPORT}
        or DeliveryEvent.objects.get().type == "soft_bounced"
    )
    assert not Suppression.objects.exists()


@given(raw=strategies.binary(max_size=400), at=strategies.integers(0, 900))
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_bytes_break_the_reader(raw: bytes, at: int) -> None:
    whole = letterbox.postfix(OURS)
    try:
        report = read_report(whole[:at] + raw + whole[at + len(raw) :])
    except Unreadable:
        return
    assert report is None or report.message_id.count("@") == 1


@pytest.mark.django_db
def test_bounce_closes_the_address_and_is_counted_once(delivery: Delivery) -> None:
    assert take_in(letterbox.postfix(OURS)) is Reading.RECORDED
    assert take_in(letterbox.postfix(OURS)) is Reading.KNOWN

    event = DeliveryEvent.objects.get()
    assert (event.delivery, event.provider, event.type) == (delivery, "mailbox", "bounced")
    assert "reader@example.org" not in event.detail
    assert Suppression.objects.get().reason == "bounced"
    assert Subscriber.objects.get().state == "suppressed"


@pytest.mark.django_db
@pytest.mark.parametrize("guess", ["7.@example.org", "7." + "0" * 32 + "@example.org", "x@example.org", ""])
def test_forged_bounce_closes_nothing(delivery: Delivery, guess: str) -> None:
    for write in (letterbox.postfix, letterbox.qmail, letterbox.complaint, letterbox.exim_of_old):
        assert take_in(write(guess)) in {Reading.NO_REPORT, Reading.NOT_OURS}

    assert not DeliveryEvent.objects.exists()
    assert not Suppression.objects.exists()


@pytest.mark.django_db
def test_complaint_ends_everything_at_once(delivery: Delivery) -> None:
    take_in(letterbox.complaint(OURS))

    assert Suppression.objects.get().reason == "complained"
    assert set(Subscription.objects.values_list("state", "end_reason")) == {("ended", "complained")}


def piped(raw: bytes, monkeypatch: pytest.MonkeyPatch) -> str:
    out = io.StringIO()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))
    call_command("read_bounces", "--stdin", stdout=out)
    return out.getvalue().strip()


@pytest.mark.django_db
def test_mail_server_pipes_a_report(delivery: Delivery, monkeypatch: pytest.MonkeyPatch) -> None:
    assert piped(letterbox.huge(OURS), monkeypatch) == "recorded"
    assert piped(letterbox.huge(OURS), monkeypatch) == "known"
    assert piped(letterbox.a_letter(OURS), monkeypatch) == "no report"


@pytest.mark.django_db
def test_pipe_is_answered_as_mail_servers_understand(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError) as empty:
        piped(b"", monkeypatch)
    assert empty.value.returncode == os.EX_DATAERR

    def away(raw: bytes) -> Reading:
        raise DatabaseError

    monkeypatch.setattr("onward_newsletter.management.commands.read_bounces.take_in", away)
    with pytest.raises(CommandError) as later:
        piped(b"x", monkeypatch)
    assert later.value.returncode == os.EX_TEMPFAIL


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", os.EX_USAGE),
        ("pop://user:sesame@mail.example.org", os.EX_CONFIG),
        ("imap://user:sesame@mail.example.org", os.EX_CONFIG),
        ("imaps://mail.example.org", os.EX_CONFIG),
        ("imaps://user:sesame@mail.example.org:port", os.EX_CONFIG),
        ("imap://user:sesame@127.0.0.1:1/INBOX", os.EX_TEMPFAIL),
    ],
)
def test_mailbox_that_cannot_be_read_is_named_without_its_password(url: str, code: int) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("read_bounces", *(["--imap", url] if url else []))

    assert refused.value.returncode == code
    assert "sesame" not in str(refused.value)


@pytest.mark.django_db
def test_mailbox_is_emptied_of_reports_and_of_nothing_else(delivery: Delivery, postbox: Postbox) -> None:
    for raw in (
        letterbox.postfix(OURS),
        letterbox.a_letter(OURS),
        letterbox.nested(OURS),
        letterbox.huge(OURS),
    ):
        postbox.put(raw)
    out = io.StringIO()

    call_command("read_bounces", "--imap", postbox.url, "--delete", stdout=out)

    assert out.getvalue().startswith("4 mails: 1 recorded, 1 known, 1 no report, 0 not ours, 1 unreadable")
    assert sorted(postbox.flags.values()) == [{"\\Seen"}, {"\\Seen"}]
    assert postbox.largest_answer < 1_100_000


@pytest.mark.django_db
def test_nothing_is_marked_before_it_is_committed(
    delivery: Delivery, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    postbox.put(letterbox.postfix(OURS))

    def away(*args: object, **kwargs: object) -> None:
        raise DatabaseError

    with monkeypatch.context() as patched:
        patched.setattr("onward_newsletter.actions.events.suppress", away)
        with pytest.raises(CommandError) as later:
            call_command("read_bounces", "--imap", postbox.url)
    assert later.value.returncode == os.EX_TEMPFAIL
    assert list(postbox.flags.values()) == [set()]
    assert not DeliveryEvent.objects.exists()

    call_command("read_bounces", "--imap", postbox.url, stdout=io.StringIO())
    assert list(postbox.flags.values()) == [{"\\Seen"}]
    assert Suppression.objects.get().reason == "bounced"


def test_wrong_password_is_said(postbox: Postbox) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("read_bounces", "--imap", postbox.url.replace("secret%2Fword", "guess"))

    assert refused.value.returncode == os.EX_NOPERM


def test_server_that_hangs_up_is_tried_again_later(postbox: Postbox) -> None:
    postbox.put(letterbox.postfix(OURS))
    postbox.hangs_up_at = "FETCH"

    with pytest.raises(CommandError) as later:
        call_command("read_bounces", "--imap", postbox.url)

    assert later.value.returncode == os.EX_TEMPFAIL
    assert list(postbox.flags.values()) == [set()]


def test_server_that_hangs_up_leaves_no_connection_behind(postbox: Postbox) -> None:
    postbox.hangs_up_at = "SEARCH"

    with pytest.raises(MailboxError), Mailbox(postbox.url) as mailbox:
        mailbox.unread()

    assert mailbox._imap.sock.fileno() == -1


@pytest.mark.django_db
def test_clock_reads_the_mailbox_that_is_set(delivery: Delivery, postbox: Postbox) -> None:
    postbox.put(letterbox.qmail(OURS))

    read_bounces()
    assert list(postbox.flags.values()) == [set()]
    with override_settings(ONWARD_NEWSLETTER={"BOUNCE_MAILBOX": postbox.url}):
        read_bounces()

    assert DeliveryEvent.objects.get().type == "bounced"
