"""A newsletter with a series to follow, and what a person does with it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from onward_newsletter.models import Newsletter, Outbox, Topic

from .certificate import certificate
from .factories import NewsletterFactory, TopicFactory
from .provider import mailgun, provider, send_over
from .relay import relay


__all__ = ["certificate", "mailgun", "provider", "relay", "send_over"]


@pytest.fixture
def newsletter(db: None) -> Newsletter:
    return NewsletterFactory.create()


@pytest.fixture
def series(newsletter: Newsletter) -> Topic:
    return TopicFactory.create(newsletter=newsletter)


@pytest.fixture
def ask(newsletter: Newsletter) -> Callable[..., HttpResponse]:
    """Send the subscribe box as a browser does."""

    def send(person: Client, address: str, **fields: Any) -> HttpResponse:
        headers = fields.pop("headers", None)
        network = fields.pop("network", "203.0.113.7")
        data = {
            "newsletter": newsletter.slug,
            "address": address,
            "next": "/part-1/",
            "website": "",
            **fields,
        }
        return person.post("/newsletter/", data, headers=headers, REMOTE_ADDR=network)  # type: ignore[return-value]

    return send


def links_in(text: str) -> list[str]:
    """Return the paths of the site's own links in a mail."""
    return [path for path in re.findall(r"http://127\.0\.0\.1:8000(/[^\s\"<>]*)", text) if path != "/"]


def last_mail() -> Outbox:
    return Outbox.objects.latest("pk")


def link_in_last_mail() -> str:
    return links_in(last_mail().text)[0]
