"""Reports as mail servers write them, around a mail of ours; in our own words, and in the form of each."""

from datetime import UTC, datetime
from email.utils import format_datetime


def _now() -> str:
    return format_datetime(datetime.now(UTC))


def ours(message_id: str, to: str = "reader@example.org") -> str:
    """Return the head of the mail that is returned."""
    return (
        "Received: from onward.example.org by mx.example.net; Mon, 1 Mar 2027 08:00:02 +0000\n"
        f"Message-ID: <{message_id}>\nFrom: Mara Kalani <mara@example.org>\nTo: {to}\n"
        "Subject: You told me where the week goes\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\n"
    )


def report(
    message_id: str,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    said: str = "smtp; 550 5.1.1 User unknown",
    sender: str = "MAILER-DAEMON@mx.example.net (Mail Delivery System)",
    copy: str = "message/rfc822",
    own_id: str = "report-1@mx.example.net",
    extra: str = "",
    recipient: str = "reader@example.org",
) -> bytes:
    """Return an RFC 3464 report in its usual three parts."""
    return f"""Return-Path: <>
From: {sender}
To: bounces@example.org
Subject: Undelivered Mail Returned to Sender
Date: {_now()}
Message-ID: <{own_id}>
Auto-Submitted: auto-replied
{extra}MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_seam"

--=_seam
Content-Type: text/plain; charset=us-ascii

The mail you sent could not be handed to everybody it was meant for.

--=_seam
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
Arrival-Date: Mon, 1 Mar 2027 08:00:02 +0000

Final-Recipient: rfc822; {recipient}
Original-Recipient: rfc822;{recipient}
Action: {action}
Status: {status}
Diagnostic-Code: {said}

--=_seam
Content-Type: {copy}

{ours(message_id, recipient)}
--=_seam--
""".encode()


def postfix(message_id: str) -> bytes:
    return report(
        message_id,
        said="smtp; 550 5.1.1 <reader@example.org>: Recipient address rejected:\n    User unknown in relay table",
    )


def postfix_full(message_id: str) -> bytes:
    return report(message_id, status="5.2.2", said="smtp; 552 5.2.2 Mailbox is over its quota")


def postfix_expired(message_id: str) -> bytes:
    return report(
        message_id,
        status="4.4.1",
        said="X-Postfix; connect to mx.example.net[192.0.2.7]:25: Connection timed out",
    )


def postfix_delayed(message_id: str) -> bytes:
    return report(message_id, action="delayed", status="4.4.1", said="X-Postfix; Connection refused")


def exim(message_id: str) -> bytes:
    return report(
        message_id,
        status="5.0.0",
        said="smtp; 550 No such user here",
        sender="Mail Delivery System <Mailer-Daemon@mail.example.net>",
        copy="text/rfc822-headers",
        extra="X-Failed-Recipients: reader@example.org\n",
    )


def exim_of_old(message_id: str) -> bytes:
    return f"""Return-path: <>
X-Failed-Recipients: reader@example.org
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mail.example.net>
To: bounces@example.org
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1old@mail.example.net>
Date: {_now()}

A program that delivers mail has written this by itself.

A message of yours did not reach one of its recipients, and never will:

  reader@example.org
    Unrouteable address

------ This is a copy of the message, including all the headers. ------

{ours(message_id)}
Good morning.
""".encode()


def gmail(message_id: str) -> bytes:
    return report(
        message_id,
        said="smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please\n 550-5.1.1 check"
        " the address. For more, go to\n 550 5.1.1  https://support.example.com/?p=NoSuchUser ffacd0b85a97d-3a0d",
        sender="Mail Delivery Subsystem <mailer-daemon@googlemail.example.com>",
        extra=f"In-Reply-To: <{message_id}>\nReferences: <{message_id}>\nX-Failed-Recipients: reader@example.org\n",
    )


def gmail_over_rate(message_id: str) -> bytes:
    return report(
        message_id,
        status="4.2.1",
        said="smtp; 450-4.2.1 The user you are trying to contact is receiving mail too quickly.",
    )


def exchange(message_id: str) -> bytes:
    return report(
        message_id,
        status="5.1.10",
        said="smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
        sender="Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@tenant.example.com>",
        copy="text/rfc822-headers",
        extra="X-MS-Exchange-Message-Is-Ndr:\n",
    )


def outlook_policy(message_id: str) -> bytes:
    return report(
        message_id,
        status="5.7.1",
        said="smtp;550 5.7.1 Unfortunately, messages from [192.0.2.9] weren't sent. Please contact your provider.",
        sender="postmaster@outlook.example.com",
    )


def edge_blocked(message_id: str) -> bytes:
    return report(
        message_id,
        status="5.4.1",
        said="smtp;550 5.4.1 Recipient address rejected: Access denied. [AM0EUR02FT055.eop-EUR02.prod]",
    )


def qmail(message_id: str) -> bytes:
    return f"""Return-Path: <>
From: MAILER-DAEMON@qmail.example.net
To: bounces@example.org
Subject: failure notice
Date: {_now()}

Hello. The program that sends mail at qmail.example.net speaking.
Your message could not be brought to the addresses below. This is final; I gave up.

<reader@example.org>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <mara@example.org>
{ours(message_id)}
Good morning.
""".encode()


def complaint(message_id: str, kind: str = "abuse") -> bytes:
    """Return what a provider passes on when somebody presses "this is spam" (RFC 5965)."""
    return f"""Return-Path: <>
From: <feedback@provider.example.com>
To: abuse@example.org
Subject: FW: You told me where the week goes
Date: {_now()}
Message-ID: <arf-1@provider.example.com>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="part"

--part
Content-Type: text/plain

This is about a mail that came from 192.0.2.9.

--part
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Rcpt-To: <reader@example.org>

--part
Content-Type: message/rfc822

{ours(message_id)}
Good morning.
--part--
""".encode()


def absence(message_id: str) -> bytes:
    """Return a person's note that they are away, with our mail quoted below."""
    return f"""Return-Path: <>
From: Reader <reader@example.org>
To: mara@example.org
Subject: Away until Monday
Date: {_now()}
Auto-Submitted: auto-replied (vacation)
In-Reply-To: <{message_id}>

I am away; for 550 5.1.1 questions about the unknown user account, ask a colleague.

> Message-ID: <{message_id}>
> Good morning.
""".encode()


def a_letter(message_id: str) -> bytes:
    """Return an answer that a person wrote."""
    return f"""Return-Path: <reader@example.org>
From: Reader <reader@example.org>
To: mara@example.org
Subject: Re: You told me where the week goes
In-Reply-To: <{message_id}>

The user is unknown to me, 5.1.1 or not.
""".encode()


def wrapped(message_id: str) -> bytes:
    """Return a report inside the wrapping of a virus scanner."""
    inner = postfix(message_id).decode().partition("MIME-Version: 1.0\n")[2]
    return (
        "From: MAILER-DAEMON@mx.example.net\nSubject: [scanned] Undelivered\nMessage-ID: <w@mx.example.net>\n"
        'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="outer"\n\n--outer\n'
        f"{inner}\n--outer\nContent-Type: text/plain\n\nNo virus found.\n--outer--\n"
    ).encode()


def inside_a_letter(message_id: str) -> bytes:
    """Return a report that somebody attached to a letter: whoever forwards a bounce has not sent one."""
    return (
        b'From: joker@example.com\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="a"\n\n--a\n'
        b"Content-Type: text/plain\n\nLook at this.\n--a\nContent-Type: message/rfc822\n\n"
        + postfix(message_id)
        + b"\n--a--\n"
    )


def huge(message_id: str) -> bytes:
    """Return a report that gives back five megabytes."""
    return postfix(message_id) + b"x" * 70 + b"\n" + (b"y" * 70 + b"\n") * 75_000


def cut_off(message_id: str) -> bytes:
    """Return a report whose last parts never came, and whose MIME is broken."""
    return postfix(message_id).partition(b"--=_seam\nContent-Type: message/rfc822")[0][:-20]


def nested(message_id: str, depth: int = 3000) -> bytes:
    """Return a mail in a mail in a mail, far too often."""
    seam = b'Content-Type: multipart/report; boundary="b%d"\n\n--b%d\n'
    return b"From: MAILER-DAEMON@x\n" + b"".join(seam % (n, n) for n in range(depth)) + postfix(message_id)


def nonsense(message_id: str) -> bytes:
    """Return a report full of bytes that belong nowhere."""
    return (
        postfix(message_id)
        .replace(b"Status: 5.1.1", b"Status: \x00\xff\xfe5.1.1.1.1")
        .replace(b"Action: failed", b"Action: f\xc3\x28iled\x00")
        .replace(b"charset=us-ascii", b"charset=nobody-knows-it")
    )


def forged_charset(message_id: str) -> bytes:
    """Return a bounce for people in an encoding that does not exist."""
    head = b"From: MAILER-DAEMON@x\nContent-Type: text/plain; charset=x-\xff\nContent-Transfer-Encoding: base64\n\n"
    return head + b"!!!! no base64 " + message_id.encode()
