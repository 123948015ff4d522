"""Law 11: no link is built from the host of a request."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client

from onward_newsletter.pump import pump

from .letters import parts_of, subscribe_by_form, write_every_mail
from .whole_site import Place, a_place


#: What somebody may claim to have asked for; each is refused.
CLAIMED = [
    "evil.example",
    "evil.example:8000",
    "127.0.0.1.evil.example",
    "testserver@evil.example",
    "",
    "a b",
    "é",
]
FORWARDED = {
    "X-Forwarded-Host": "evil.example",
    "X-Host": "evil.example",
    "X-Original-Host": "evil.example",
    "Forwarded": "host=evil.example;proto=https",
    "X-Forwarded-Proto": "https",
    "Referer": "https://evil.example/",
}


def addresses_in(text: str) -> set[str]:
    return set(re.findall(r"\bhttps?:[^\s\"'<>)]+", text)) - {"http://www.w3.org/1999/xhtml"}


@pytest.mark.django_db(transaction=True)
def test_every_link_of_every_mail_starts_with_the_setting(author: Any) -> None:
    place = a_place()  # every browser of the tests asks http://testserver

    write_every_mail(place, author)

    assert settings.BASE_URL == "http://127.0.0.1:8000"
    for letter in mail.outbox:
        for part in parts_of(letter):
            assert "testserver" not in part, letter.subject
            assert {link for link in addresses_in(part) if not is_ours(link)} == set(), letter.subject


def is_ours(link: str) -> bool:
    """Whether a link leads to the site, or is the name of a namespace that no program opens."""
    return link == settings.BASE_URL or link.startswith((f"{settings.BASE_URL}/", "http://www.w3.org/"))


@pytest.mark.django_db(transaction=True)
def test_a_header_that_names_another_host_is_not_heard() -> None:
    place = a_place()
    mail.outbox.clear()

    response = subscribe_by_form(place, "new@example.org", **FORWARDED)
    pump()

    (letter,) = [letter for letter in mail.outbox if letter.to == ["new@example.org"]]
    assert "evil" not in f"{letter.message().as_string()}{letter.extra_headers}"
    assert "evil" not in f"{response.headers}"
    for path in (place.path, "/feed/", "/sitemap.xml", f"/polls/{place.poll.pk}/", "/robots.txt"):
        answer = Client().get(path, headers=FORWARDED)
        assert b"evil" not in answer.content, path


@pytest.mark.parametrize("host", CLAIMED)
def test_a_host_we_do_not_serve_is_refused(place: Place, host: str) -> None:
    for path in (
        "/",
        place.path,
        "/newsletter/",
        f"/polls/{place.poll.pk}/",
        f"/reader/{place.article.pk}/",
        "/feed/",
    ):
        for method in ("get", "post"):
            response = getattr(Client(), method)(path, headers={"Host": host})
            assert response.status_code == 400, (method, path)
            assert b"evil" not in response.content


@pytest.fixture
def place(db: None) -> Place:
    return a_place()
