"""A company's mail scanner opens every link of every mail before its reader does."""

import re

import pytest
from django.apps import apps
from django.test import Client

from onward_newsletter.actions.addresses import ask_for_address_change
from onward_newsletter.actions.issues import prepare_issue, send_issue
from onward_newsletter.actions.subscribing import confirm, subscribe
from onward_newsletter.deliveries import resolve_token
from onward_newsletter.links import manage_url_of
from onward_newsletter.models import Outbox, Subscriber, Subscription
from onward_newsletter.pump import pump

from .conftest import links_in
from .factories import IssueFactory, SubscriptionFactory


pytestmark = pytest.mark.django_db(transaction=True)

#: What scanners and mail programs send along.
DISGUISES = [
    {},
    {"Purpose": "prefetch"},
    {"Sec-Purpose": "prefetch"},
    {
        "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/120.0.0.0 Safari/537.36"
    },
    {"User-Agent": "Mozilla/5.0 (compatible; MSIE 9.0; BingPreview/1.0b)"},
]


def all_rows():
    models = [model for model in apps.get_models() if model._meta.app_label not in {"sessions"}]
    return {model._meta.label: list(model._base_manager.order_by("pk").values()) for model in models}


def scan(paths):
    for path in paths:
        for headers in DISGUISES:
            for _ in range(2):
                for method in ("get", "head", "options"):
                    response = getattr(Client(), method)(path, headers=headers)
                    assert response.status_code < 500


def without_slots(text):
    return re.sub(r"%%\w+%%", "", text)


def test_every_link_of_every_mail_is_opened_and_nothing_happens(mailoutbox, newsletter, series, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    consent = {"consent_text": "We write once.", "consent_page": "/", "source": "page"}
    active = SubscriptionFactory.create(newsletter=newsletter, topic=series)
    subscribe(newsletter, address="new@example.org", topic=series, **consent)
    subscribe(newsletter, address=active.subscriber.address, topic=series, **consent)
    manage = next(path for path in links_in(Outbox.objects.latest("pk").text) if "manage" in path)
    for what in ("export", "erase"):
        Client().post(manage, {"do": what})
    confirm(SubscriptionFactory.create(newsletter=newsletter, topic=series, state="pending"))
    mover = SubscriptionFactory.create(newsletter=newsletter).subscriber
    Client().post(manage_url_of(mover).removeprefix("http://127.0.0.1:8000"), {"do": "move"})
    ask_for_address_change(mover, "elsewhere@example.net")
    issue = send_issue(IssueFactory.create(newsletter=newsletter, topic=series))
    prepare_issue(issue)
    pump()
    parts = [
        part for mail in mailoutbox for part in (mail.body, *(html for html, _type in mail.alternatives))
    ]
    paths = {path for part in parts for path in links_in(part)}
    purposes = set(Outbox.objects.values_list("purpose", flat=True))
    before = all_rows()

    scan(paths)

    assert purposes == {
        "address_change",
        "address_notice",
        "already_subscribed",
        "confirm_subscription",
        "erase_link",
        "export_link",
        "move_link",
        "welcome",
    }
    assert len(mailoutbox) == 11
    assert {path.split("/")[1] for path in paths} == {"newsletter", "u"}
    assert len(paths) >= 7
    assert all_rows() == before


def test_buttons_still_work_after_the_scanner(newsletter, series, mailoutbox):
    subscribe(
        newsletter, address="new@example.org", topic=series, consent_text="", consent_page="", source="page"
    )
    confirm = links_in(Outbox.objects.get().text)[0]
    scan([confirm])

    assert Client().post(confirm).status_code == 303
    subscription = Subscription.objects.get()
    assert subscription.state == Subscription.State.ACTIVE

    issue = send_issue(IssueFactory.create(newsletter=newsletter, topic=series))
    prepare_issue(issue)
    pump()
    leave = next(path for path in links_in(mailoutbox[-1].body) if path.startswith("/u/"))
    scan([leave])
    assert resolve_token(leave.removeprefix("/u/"))

    assert Client().post(leave, {"leave": "topic"}).status_code == 200
    subscription.refresh_from_db()
    assert subscription.state == Subscription.State.ENDED
    assert Subscriber.objects.count() == 1
