"""A reader asks for the newsletter."""

import pytest
from django.test import Client

from onward_newsletter.actions.subscribing import suppress
from onward_newsletter.addresses import address_key
from onward_newsletter.models import Newsletter, Outbox, Subscriber, Subscription, Suppression, Topic

from .conftest import last_mail, link_in_last_mail
from .factories import SubscriberFactory, SubscriptionFactory


pytestmark = pytest.mark.django_db

#: What a page may send that differs from one moment to the next.
MOVING_HEADERS = {"date"}


def test_unknown_address_is_asked_by_mail_before_anything_is_active(ask, reader, newsletter):
    ask(reader, "Reader@Example.org ")

    subscription = Subscription.objects.get()
    assert subscription.state == Subscription.State.PENDING
    assert subscription.subscriber.address == "reader@example.org"
    assert last_mail().purpose == "confirm_subscription"


def test_box_asks_for_the_series_or_for_everything(ask, reader, stranger, series):
    ask(reader, "one@example.org", topic=series.pk, scope="topic")
    ask(stranger, "two@example.org", topic=series.pk, scope="everything")

    topics = dict(Subscription.objects.values_list("subscriber__address", "topic"))
    assert topics == {"one@example.org": series.pk, "two@example.org": None}


def test_consent_is_kept_with_its_words_and_its_page(ask, reader):
    ask(reader, "reader@example.org", next="/the-manager/part-1/")

    subscription = Subscription.objects.get()
    assert "one click" in subscription.consent_text
    assert subscription.consent_text in reader.get("/newsletter/").content.decode()
    assert subscription.consent_page == "/the-manager/part-1/"


def test_answer_is_the_same_whatever_the_address_is_to_us(ask, newsletter):
    SubscriptionFactory.create(subscriber__address="active@example.org", newsletter=newsletter)
    SubscriptionFactory.create(
        subscriber__address="pending@example.org", newsletter=newsletter, state=Subscription.State.PENDING
    )
    SubscriptionFactory.create(
        subscriber__address="ended@example.org", newsletter=newsletter, state=Subscription.State.ENDED
    )
    for reason in Suppression.Reason:
        suppress(SubscriberFactory.create(address=f"{reason}@example.org").address_key, reason)
    known = Subscriber.objects.values_list("address", flat=True)

    addresses = [*known, "unknown@example.org", "no@mx.invalid"]
    answers = [ask(Client(), address, network=f"203.0.{n}.7") for n, address in enumerate(addresses)]
    pages = [Client().get(answer["Location"]) for answer in answers]

    assert len(answers) == 5 + len(Suppression.Reason)
    assert len({_bytes(answer) for answer in answers}) == 1
    assert len({_bytes(page) for page in pages}) == 1


def _bytes(response):
    headers = tuple(
        (name, value) for name, value in response.headers.items() if name.lower() not in MOVING_HEADERS
    )
    return response.status_code, headers, response.content, str(response.cookies)


def test_script_gets_a_piece_of_the_page_instead_of_a_redirect(ask, reader):
    response = ask(reader, "reader@example.org", headers={"X-Requested-With": "onward"})

    assert response.status_code == 200
    assert b"<html" not in response.content
    assert b"Look in your mailbox" in response.content


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "reader",
        "reader@",
        "@example.org",
        "a b@example.org",
        "a@example",
        "ü@example.org",
        "x" * 300,
    ],
)
def test_malformed_address_gets_a_sentence_and_is_kept(ask, reader, typed):
    response = ask(reader, typed)

    page = response.content.decode()
    assert response.status_code == 422
    assert 'role="alert"' in page
    assert f'value="{typed}"' in page
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize(
    "typed",
    [
        "a@example.org\r\nBcc: victim@example.org",
        "a@example.org\nSubject: x",
        "a\0@example.org",
        "a@exa\u2028mple.org",
    ],
)
def test_line_breaks_in_an_address_never_reach_a_header(ask, reader, typed):
    response = ask(reader, typed)

    assert response.status_code in {303, 422}
    assert not Outbox.objects.exclude(address="a@example.org").exists()
    assert all(mail.subject.isprintable() for mail in Outbox.objects.all())


def test_ended_series_is_refused_in_a_sentence_and_not_turned_into_everything(ask, reader, series):
    Topic.objects.update(ended_at="2026-01-01T00:00Z")

    response = ask(reader, "reader@example.org", topic=series.pk, scope="topic")

    assert response.status_code == 422
    assert "can no longer be followed" in response.content.decode()
    assert 'value="reader@example.org"' in response.content.decode()
    assert not Subscription.objects.exists()


@pytest.mark.parametrize("topic", ["999999999", "abc", "-1", "9" * 30, "1; drop"])
def test_unknown_series_is_refused_in_a_sentence(ask, reader, topic):
    response = ask(reader, "reader@example.org", topic=topic, scope="topic")

    assert response.status_code == 422
    assert not Subscription.objects.exists()


@pytest.mark.parametrize("slug", ["no-such", "a\0b", "é", "x" * 5000])
def test_unknown_newsletter_is_not_found(ask, reader, slug):
    assert ask(reader, "reader@example.org", newsletter=slug).status_code == 404


def test_program_that_fills_every_field_is_answered_and_ignored(ask, reader, stranger):
    human = ask(reader, "reader@example.org")
    program = ask(stranger, "victim@example.org", website="http://spam.example")

    assert _bytes(human) == _bytes(program)
    assert not Subscriber.objects.filter(address="victim@example.org").exists()


def test_form_sent_by_another_site_is_refused(ask, reader):
    response = ask(reader, "victim@example.org", headers={"Origin": "https://evil.example"})

    assert response.status_code == 403
    assert "another site" in response.content.decode()
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://testserver"},
        {"Origin": "http://127.0.0.1:8000"},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
    ],
)
def test_own_form_needs_neither_cookie_nor_token(ask, headers):
    response = ask(Client(enforce_csrf_checks=True), "reader@example.org", headers=headers)

    assert response.status_code == 303
    assert not response.cookies
    assert Subscription.objects.count() == 1


def test_hidden_origin_of_another_site_is_refused(ask, reader):
    response = ask(reader, "victim@example.org", headers={"Origin": "null", "Sec-Fetch-Site": "cross-site"})

    assert response.status_code == 403


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_reader_is_never_led_to_another_site(ask, reader, elsewhere):
    response = ask(reader, "reader@example.org", next=elsewhere)

    assert response["Location"] == "/newsletter/asked/"
    assert "evil" not in reader.get("/newsletter/asked/", {"next": elsewhere}).content.decode()


def test_mail_holds_nothing_that_was_typed(ask, reader):
    ask(
        reader,
        "reader+buy-pills@example.org",
        next="/buy-pills/",
        name="buy pills",
        consent="buy pills",
        headers={"Referer": "http://testserver/buy-pills/", "User-Agent": "buy pills"},
    )

    mail = last_mail()
    assert "pills" not in mail.subject + mail.text + mail.html


def test_line_breaks_in_the_names_an_editor_typed_stay_out_of_the_subject(ask, reader, newsletter):
    Newsletter.objects.update(name="Floor\r\nBcc: victim@example.org\u2028x")

    ask(reader, "reader@example.org")

    assert last_mail().subject == "Please confirm: Floor Bcc: victim@example.org x"


def test_active_reader_is_told_so_once_a_day(ask, reader, newsletter):
    SubscriptionFactory.create(subscriber__address="reader@example.org", newsletter=newsletter)

    for _ in range(3):
        ask(reader, "reader@example.org")

    assert list(Outbox.objects.values_list("purpose", flat=True)) == ["already_subscribed"]
    assert reader.get(link_in_last_mail()).status_code == 200


def test_reader_of_everything_who_follows_a_series_is_told_it_comes_anyway(ask, reader, newsletter, series):
    SubscriptionFactory.create(subscriber__address="reader@example.org", newsletter=newsletter)

    ask(reader, "reader@example.org", topic=series.pk, scope="topic")

    assert last_mail().purpose == "already_subscribed"
    assert Subscription.objects.count() == 1


@pytest.mark.parametrize("reason", [Suppression.Reason.COMPLAINED, Suppression.Reason.BY_EDITOR])
def test_who_called_us_spam_is_never_written_to_again(ask, reader, reason):
    suppress(address_key("reader@example.org"), reason)

    ask(reader, "reader@example.org")

    assert not Outbox.objects.exists()


@pytest.mark.parametrize("reason", [Suppression.Reason.ERASED, Suppression.Reason.BOUNCED])
def test_who_was_erased_or_bounced_may_come_back_by_confirming(ask, reader, reason):
    suppress(address_key("reader@example.org"), reason)

    ask(reader, "reader@example.org")
    reader.post(link_in_last_mail())

    assert Subscription.objects.get().state == Subscription.State.ACTIVE
    assert Subscriber.objects.get().state == Subscriber.State.ACTIVE
    assert not Suppression.objects.exists()


def test_who_unsubscribed_may_come_back_by_confirming(ask, reader, newsletter):
    gone = SubscriptionFactory.create(
        subscriber__address="reader@example.org", newsletter=newsletter, state=Subscription.State.ENDED
    )

    ask(reader, "reader@example.org")
    gone.refresh_from_db()
    assert gone.state == Subscription.State.PENDING

    reader.post(link_in_last_mail())
    gone.refresh_from_db()
    assert (gone.state, gone.ended_at) == (Subscription.State.ACTIVE, None)


def test_script_gets_the_box_back_with_what_was_typed(ask, reader, series):
    headers = {"X-Requested-With": "onward"}
    response = ask(reader, "reader@", topic=series.pk, scope="everything", headers=headers)

    box = response.content.decode()
    assert response.status_code == 200
    assert 'value="reader@"' in box
    assert 'value="everything" checked' in box
    assert 'role="alert"' in box


def test_box_is_the_same_bytes_for_everybody(reader, author, series):
    pages = [person.get(f"/newsletter/?topic={series.pk}") for person in (reader, author)]
    boxes = {
        page.content.partition(b"<onward-subscribe>")[2].partition(b"</onward-subscribe>")[0]
        for page in pages
    }

    assert len(boxes) == 1
    assert b"csrf" not in boxes.pop()
    assert not reader.cookies
