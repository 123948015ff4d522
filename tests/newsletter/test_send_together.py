"""A provider fills the slots itself: one call for many, and still everybody's own mail and everybody's own outcome."""

import html
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest

from onward_newsletter.actions.issues import prepare_issue
from onward_newsletter.actions.outbox import enqueue_mail
from onward_newsletter.models import Delivery, Issue
from onward_newsletter.pump import pump
from onward_newsletter.transports.providers import METADATA_KEY

from .factories import NewsletterFactory
from .provider import ProviderServer, Received, mails_by_address, sizes
from .relay import readers, sending_to


pytestmark = [
    pytest.mark.django_db,
    # Anymail says of SendGrid that it is not tested against the real one any more.
    pytest.mark.filterwarnings(
        "ignore:django-anymail has dropped:anymail.exceptions.AnymailNotSupportedWarning"
    ),
]

PROVIDERS = ["mailgun", "sendgrid", "sparkpost"]

#: What each provider would fill in, if it were its own.
MARKS = {
    "mailgun": ["%recipient.text_token%", "%RECIPIENT.html_unsubscribe_url%", "%recipient_email%"],
    "sendgrid": ["-onward~text_token-", "-onward~html_unsubscribe_url-"],
    "sparkpost": ["{{text_token}}", "{{{text_unsubscribe_url}}}", "{{ if x }} {{{{ a }}}}"],
}


# What everybody gets


def comparable(mail: Received) -> dict[str, Any]:
    metadata = {name: value for name, value in mail.metadata.items() if name != "anymail_id"}
    return {**vars(mail), "headers": dict(mail.headers), "metadata": metadata}


@pytest.mark.parametrize("name", PROVIDERS)
def test_everybody_gets_to_the_letter_what_they_would_get_alone(
    send_over: Callable[..., None], provider: ProviderServer, name: str
) -> None:
    # Where events are taken, each message carries what finds its delivery.
    import_module("onward_newsletter.webhooks")
    send_over(name)
    lines = ['You said “<b>deals & "admin"</b>” — 50 % of it.', "Größe: {x}", ""]
    issue = sending_to(readers(9), intro="Grüße, and 100 % of it.\n\nA second paragraph: a{b}c -x-.")
    prepare_issue(
        issue,
        audience_slots=lambda people: {
            person.pk: {"personal_line": lines[number % 3]} for number, person in enumerate(people)
        },
    )

    pump()

    together, calls = mails_by_address(provider), sizes(provider)
    provider.mails.clear()
    send_over(name, together=1)
    Delivery.objects.update(state="pending", claim_token="")
    Issue.objects.update(state="sending")
    pump()
    alone = mails_by_address(provider)
    assert set(together) == set(alone)
    for address, mail in together.items():
        assert comparable(mail) == comparable(alone[address])
    # Who has no personal line has no empty line in its place, so they are a call of their own.
    assert sorted(calls) == [3, 6]
    assert len(together) == 9


@pytest.mark.parametrize("name", PROVIDERS)
def test_nobody_gets_anything_of_anybody_else(
    send_over: Callable[..., None], provider: ProviderServer, name: str
) -> None:
    send_over(name)
    sending_to(readers(20))

    pump()

    assert sizes(provider) == [20]
    deliveries = {row.subscriber.address: row for row in Delivery.objects.all() if row.subscriber}
    for address, mail in mails_by_address(provider).items():
        row = deliveries.pop(address)
        headers = {key.lower(): value for key, value in mail.headers.items()}
        assert headers["list-unsubscribe"].endswith(f"/u/{row.token}>")
        assert headers["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
        assert headers["message-id"] == f"<{row.message_id}>"
        assert mail.metadata[METADATA_KEY] == row.message_id
        everything = f"{mail.text}{mail.html}{headers}"
        assert row.token in mail.text
        assert row.token in mail.html
        assert not [other for other in deliveries.values() if other.token in everything]
        deliveries[address] = row


@pytest.mark.parametrize(("together", "calls"), [(25, [25, 25, 10]), (60, [60]), (1, [1] * 60)])
def test_one_call_takes_as_many_as_the_setting_says(
    send_over: Callable[..., None], provider: ProviderServer, together: int, calls: list[int]
) -> None:
    send_over("mailgun", together=together)
    sending_to(readers(60))

    report = pump()

    assert report.submitted == 60
    assert sizes(provider) == calls
    assert len(mails_by_address(provider)) == 60


def test_two_issues_and_a_confirmation_do_not_mix(mailgun: ProviderServer) -> None:
    sending_to(readers(3, "one"), NewsletterFactory.create(slug="one"), subject="One")
    sending_to(readers(3, "two"), NewsletterFactory.create(slug="two"), subject="Two")
    enqueue_mail(address="new@example.org", subject="Please confirm", text="Confirm.", purpose="confirm")

    pump()

    subjects = {(mail.to.partition("-")[0], mail.subject) for mail in mailgun.mails}
    assert subjects == {("one", "One"), ("two", "Two"), ("new@example.org", "Please confirm")}
    assert sorted(sizes(mailgun)) == [1, 3, 3]


# What looks like a mark


@pytest.mark.parametrize("name", PROVIDERS)
def test_an_article_about_marks_comes_out_literally(
    send_over: Callable[..., None], provider: ProviderServer, name: str
) -> None:
    send_over(name)
    sending_to(readers(3), intro="\n\n".join(f"Write {mark} for it." for mark in MARKS[name]))

    pump()

    assert sizes(provider) == [1, 1, 1]
    for mail in mails_by_address(provider).values():
        for mark in MARKS[name]:
            assert f"Write {mark} for it." in mail.text
            assert html.escape(f"Write {mark} for it.") in mail.html


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_readers_words_about_marks_come_out_literally(
    send_over: Callable[..., None], provider: ProviderServer, name: str
) -> None:
    send_over(name)
    marks = MARKS[name]
    issue = sending_to(readers(10))
    prepare_issue(
        issue,
        audience_slots=lambda people: {
            person.pk: {"personal_line": f"You wrote: {mark}"}
            for person, mark in zip(people, marks, strict=False)
        },
    )

    pump()

    found = mails_by_address(provider)
    assert sorted(sizes(provider)) == [1] * len(marks) + [10 - len(marks)]
    for address, mark in zip(readers(10), marks, strict=False):
        assert f"You wrote: {mark}\n" in found[address].text
        assert html.escape(f"You wrote: {mark}", quote=True) in found[address].html


def test_an_address_like_a_mark_goes_alone(mailgun: ProviderServer) -> None:
    sending_to(["%recipient.text_token%@example.org", *readers(2)])

    pump()

    assert sorted(sizes(mailgun)) == [1, 2]
    assert "%recipient.text_token%@example.org" in mails_by_address(mailgun)
