"""Every mail that the site can send, written by what people do and handed to Django's mail by the pump."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import mail
from django.db.models import F
from django.test.signals import template_rendered
from django.utils import timezone

from onward_blog import mailing
from onward_blog.comments.moderating import decide
from onward_blog.models import AuthorDesk, CommentState, ReaderQuestion
from onward_blog.morning.sending import write_to
from onward_blog.questions.deciding import decide as decide_question
from onward_blog.roundups.next_part import write_next_part
from onward_blog.roundups.telling import tell_readers
from onward_newsletter.actions.issues import ask_for_pause, prepare_issue, resume_issue, send_issue, send_test
from onward_newsletter.addresses import address_key
from onward_newsletter.models import Outbox, Subscription
from onward_newsletter.pump import pump
from onward_polls.actions import ask_permission
from onward_polls.models import FollowUp
from tests.blog.answers import accepted
from tests.blog.discussion import Browser, a_held, a_public
from tests.blog.questions import Reader as QuestionReader
from tests.newsletter.factories import SubscriptionFactory
from tests.polls.conftest import ReaderAtPoll

from .whole_site import Place


ROOT = Path(__file__).resolve().parents[2]

#: What the outbox calls each kind of mail.
PURPOSES = {
    "address_change",
    "address_notice",
    "already_subscribed",
    "comment_reply",
    "confirm_comment",
    "confirm_question",
    "confirm_subscription",
    "erase_link",
    "export_link",
    "issue_paused",
    "issue_test",
    "morning",
    "move_link",
    "poll_follow_up",
    "poll_permission",
    "question_answered",
    "tell_reader",
    "welcome",
}


def write_every_mail(place: Place, author: Any) -> list[Any]:
    """Let people do whatever the site answers by mail; return the messages as they were handed over."""
    _subscribe(place)
    _discuss(place)
    _ask_questions(place, author)
    _ask_to_be_told(place, author)
    _send_an_issue(place, author)
    _write_in_the_morning(author)
    report = pump()
    assert not report.left
    return list(mail.outbox)


def follower(place: Place, address: str) -> Subscription:
    return SubscriptionFactory.create(
        subscriber__address=address,
        subscriber__address_key=address_key(address),
        newsletter=place.newsletter,
        topic=place.topic,
    )


def subscribe_by_form(place: Place, address: str, **headers: str) -> Any:
    data = {"newsletter": place.newsletter.slug, "topic": place.topic.pk, "address": address}
    return Browser().post("/newsletter/", {**data, "next": place.path}, headers=headers)


def _subscribe(place: Place) -> None:
    for address in ("exporter@example.org", "eraser@example.org"):
        follower(place, address)
        subscribe_by_form(place, address)
        manage = next(path for path in paths_to(address) if "/manage/" in path)
        Browser().post(manage, {"do": "export" if address.startswith("exporter") else "erase"})
    subscribe_by_form(place, "new@example.org")
    subscribe_by_form(place, "welcomed@example.org")
    Browser().post(next(path for path in paths_to("welcomed@example.org") if "/confirm/" in path))
    _move(place)


def _move(place: Place) -> None:
    """Let a subscriber ask for mail at another address."""
    follower(place, "mover@example.org")
    subscribe_by_form(place, "mover@example.org")
    Browser().post(next(path for path in paths_to("mover@example.org") if "/manage/" in path), {"do": "move"})
    ask = next(path for path in paths_to("mover@example.org") if "/move/" in path)
    # From another network: this one has asked for much today.
    Browser().post(ask, {"address": "moved@example.org"}, REMOTE_ADDR="198.51.100.7")


def _discuss(place: Place) -> None:
    Browser().comment(place.article, "I do it on Mondays.", email="writer@example.org")
    first = a_public(place.article, "Who pays for that?", address="asker@example.org", follows=True)
    answer = a_held(place.article, "We do.", address="payer@example.org", reply_to=first.comment_id)
    if answer.state == CommentState.State.HELD:
        decide([answer.comment_id], "approve")


def _ask_questions(place: Place, author: Any) -> None:
    for address in ("curious@example.org", "answered@example.org"):
        reader = QuestionReader()
        assert reader.ask(place.series, f"Who pays for {address[:4]}?", address=address).status_code == 303
    told = ReaderQuestion.objects.get(address="answered@example.org")
    ReaderQuestion.objects.filter(pk=told.pk).update(confirmed_at=F("asked_at"))
    decide_question(told, "answer", user=author.user, part=place.article.pk)


def _ask_to_be_told(place: Place, author: Any) -> None:
    for address in ("told@example.org", "maybe@example.org"):
        reader = ReaderAtPoll(place.poll)
        reader.answer("Repair")
        assert reader.send("follow-up/", {"address": address}).status_code == 303
        reader.send("words/", {"words": "I repair what was promised.", "consent": "none"})
    FollowUp.objects.filter(address="told@example.org").update(confirmed_at=F("requested_at"))
    ask_permission(FollowUp.objects.get(address="told@example.org").ballot)
    draft = accepted(write_next_part(place.article, user=author.user))
    draft.get_latest_revision().publish(user=author.user)
    draft.refresh_from_db()
    assert tell_readers(draft)


def _send_an_issue(place: Place, author: Any) -> None:
    follower(place, "voter@example.org")
    follower(place, "leaver@example.org")
    issue = mailing.issue_for_article(place.article, user=author.user)
    assert send_test(issue, "tester@example.org")
    send_issue(issue)
    if issue.state == "preparing":
        prepare_issue(issue)
    ask_for_pause(issue, reason="The mail server refused the sender.")
    issue.refresh_from_db()
    resume_issue(issue)


def _write_in_the_morning(author: Any) -> None:
    today = timezone.localdate()
    AuthorDesk.objects.create(user=author.user, looked_on=today - timedelta(days=1))
    assert write_to(author.user, today)


def paths_to(address: str) -> list[str]:
    """Return the paths of the links in what waits in the outbox for an address."""
    return [path for row in Outbox.objects.filter(address=address) for path in paths_in(row.text + row.html)]


def paths_in(text: str) -> list[str]:
    """Return the path of every link of the site in a text, as a mail program would find it."""
    found = re.findall(rf"{re.escape(settings.BASE_URL)}(/[^\s\"'<>)]*)", text)
    return [path.replace("&amp;", "&").partition("#")[0] for path in found]


def parts_of(message: Any) -> list[str]:
    """Return everything of a message that may hold a link: each body, and each header."""
    return [message.body, *(body for body, _type in message.alternatives), *message.extra_headers.values()]


def paths_of(message: Any) -> set[str]:
    return {path for part in parts_of(message) for path in paths_in(part)}


@contextmanager
def mail_templates_used() -> Iterator[set[str]]:
    """Collect the names of the templates of mail that are filled in meanwhile."""
    used: set[str] = set()

    def note(template: Any, **kwargs: Any) -> None:
        used.add(str(template.name))

    template_rendered.connect(note)
    try:
        yield used
    finally:
        template_rendered.disconnect(note)


def mail_templates() -> set[str]:
    """Return the name of every template for the plain text of a mail of its own."""
    files = (
        file for app in ("blog", "polls", "newsletter", "site") for file in (ROOT / app).rglob("mail/*.txt")
    )
    return {str(file).partition("/templates/")[2] for file in files}
