"""The person trying the demo reads the site's mail in the browser."""

import mailbox
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection
from django.test import Client
from django.urls import clear_url_caches, include, path

from onward_site import urls


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mailbox_is_served(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.MAILBOX_DIR = tmp_path / "mailbox"
    settings.EMAIL_BACKEND = "onward_site.mailbox.backend.EmailBackend"
    urls.urlpatterns.insert(0, path("mailbox/", include("onward_site.mailbox.urls")))
    clear_url_caches()
    yield
    urls.urlpatterns.pop(0)
    clear_url_caches()


def post(subject: str = "Please confirm", html: str = "", to: str = "reader@example.org") -> None:
    message = EmailMultiAlternatives(subject, "Press here: https://example.org/confirm/abc", to=[to])
    if html:
        message.attach_alternative(html, "text/html")
    assert get_connection().send_messages([message]) == 1


def test_an_empty_mailbox_says_how_mail_gets_there(client: Client) -> None:
    page = client.get("/mailbox/")

    assert page.status_code == 200
    assert "No mail yet" in page.content.decode()


def test_mail_is_listed_with_its_subject_and_address(client: Client) -> None:
    post("Über den Fluss", to="Größe <reader@example.org>")

    page = client.get("/mailbox/").content.decode()

    assert "Über den Fluss" in page
    assert "reader@example.org" in page


def test_mail_from_several_writers_is_all_there(settings: Any) -> None:
    for number in range(20):
        post(f"Number {number}")

    assert len(mailbox.Maildir(settings.MAILBOX_DIR, create=False)) == 20


def test_links_in_the_text_part_can_be_followed(client: Client) -> None:
    post()
    key = key_of_only_letter(client)

    page = client.get(f"/mailbox/{key}/").content.decode()

    assert '<a href="https://example.org/confirm/abc"' in page


def test_html_of_a_mail_runs_nothing_and_its_links_leave_the_frame(client: Client) -> None:
    post(
        html="<html><head><title>x</title></head><body><script>alert(1)</script><a href='/u/x'>Out</a></body></html>"
    )
    key = key_of_only_letter(client)

    page = client.get(f"/mailbox/{key}/").content.decode()
    body = client.get(f"/mailbox/{key}/html/")

    assert 'sandbox="allow-same-origin allow-top-navigation-by-user-activation"' in page
    assert '<base target="_top">' in body.content.decode()
    policy = body["Content-Security-Policy"]
    assert "script-src 'none'" in policy
    assert "default-src 'none'" in policy
    assert "form-action 'none'" in policy


@pytest.mark.parametrize("key", ["..", "nothing", "..%2F..%2Fsecret_key", "%00", "-"])
def test_names_that_are_no_letter_are_not_found(client: Client, key: str) -> None:
    post()

    assert client.get(f"/mailbox/{key}/").status_code == 404


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 30, "7"])
def test_any_page_number_gets_a_page(client: Client, number: str) -> None:
    post()

    assert client.get("/mailbox/", {"page": number}).status_code == 200


def test_a_mail_without_recipients_is_not_kept() -> None:
    assert get_connection().send_messages([EmailMultiAlternatives("To nobody", "…")]) == 0


def key_of_only_letter(client: Client) -> str:
    (letter,) = client.get("/mailbox/").context["letters"]
    return str(letter.key)
