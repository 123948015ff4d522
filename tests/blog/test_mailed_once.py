"""What becomes of an article after it was mailed, or while it is, changes no mail and brings no second one."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from wagtail.models import Page

from onward_blog import mailing
from onward_blog.pages.models import ArticlePage
from onward_newsletter.actions.issues import AlreadySending, send_issue
from onward_newsletter.models import Delivery, Issue
from onward_newsletter.pump import pump
from tests.blog.answers import a_part, a_poll, a_series
from tests.faults.sink import SinkThread
from tests.newsletter.factories import NewsletterFactory, SubscriptionFactory
from tests.newsletter.relay import mails, readers, relay, verdict


__all__ = ["relay"]

AS_IT_WAS = "A manager is judged on one thing, twice over."


@pytest.fixture
def article(db: None) -> ArticlePage:
    body = [("paragraph", f"<p>{AS_IT_WAS}</p>"), ("poll", a_poll())]
    article: ArticlePage = a_part(a_series(), title="As it was", body=body)
    article.save_revision().publish()
    return article


def mailing_of(article: ArticlePage, addresses: list[str]) -> Issue:
    """Return the issue of an article on its way to these addresses, with nothing sent yet."""
    newsletter = NewsletterFactory.create()
    for address in addresses:
        SubscriptionFactory.create(subscriber__address=address, newsletter=newsletter)
    issue = mailing.issue_for_article(article)
    return send_issue(issue)


def rewrite(article: ArticlePage) -> None:
    page = ArticlePage.objects.get(pk=article.pk)
    page.title, page.body = "As it is now", [("paragraph", "<p>Another text altogether.</p>")]
    page.save_revision().publish()


@pytest.mark.django_db(transaction=True)
def test_editing_unpublishing_and_deleting_an_article_while_it_is_mailed_changes_no_mail(
    article: ArticlePage, relay: SinkThread
) -> None:
    issue = mailing_of(article, readers(30))
    acts: dict[int, Callable[[], object]] = {
        9: lambda: rewrite(article),
        15: lambda: ArticlePage.objects.get(pk=article.pk).unpublish(),
        21: lambda: Page.objects.get(pk=article.pk).delete(),
    }
    came = iter(range(1, 100))

    def act(recipient: str) -> None:
        if wanted := acts.pop(next(came), None):
            wanted()
        connection.close()

    relay.sink.on_message = act
    pump()

    assert (acts, Page.objects.filter(pk=article.pk).exists()) == ({}, False)
    assert verdict(relay, issue).is_clean
    assert len({_digest(mail, relay) for mail in mails(relay)}) == 1
    assert all(AS_IT_WAS in str(mail) for mail in mails(relay))
    issue.refresh_from_db()
    assert (issue.state, issue.page_id) == (Issue.State.SUBMITTED, None)


def _digest(mail: object, relay: SinkThread) -> str:
    """Return a hash of what a mail says, without what is one recipient's own."""
    text = str(mail)
    token = Delivery.objects.get(subscriber__address=mail["To"]).token  # type: ignore[index]
    assert token in text
    body = text.split("\n\n", 1)[1].replace(token, "")
    boundary = mail.get_boundary()  # type: ignore[attr-defined]
    return hashlib.sha256(body.replace(boundary, "").encode()).hexdigest()


@pytest.mark.django_db(transaction=True)
def test_whatever_is_done_to_a_mailed_article_nobody_gets_it_again(
    article: ArticlePage, relay: SinkThread
) -> None:
    issue = mailing_of(article, readers(3))
    pump()
    first = ArticlePage.objects.get(pk=article.pk).latest_revision

    for _round in range(5):
        ArticlePage.objects.get(pk=article.pk).unpublish()
        rewrite(article)
    first.publish()
    page = ArticlePage.objects.get(pk=article.pk)
    page.go_live_at = timezone.now() + timedelta(days=1)
    page.save_revision().publish()
    Page.objects.filter(pk=page.pk).update(go_live_at=timezone.now())
    page.revisions.exclude(approved_go_live_at=None).update(approved_go_live_at=timezone.now())
    call_command("publish_scheduled")
    page.refresh_from_db()
    page.move(a_series("Another series"), pos="last-child")
    copy = ArticlePage.objects.get(pk=article.pk).copy(update_attrs={"slug": "copy", "title": "A copy"})
    copy.save_revision().publish()
    pump()

    issue.refresh_from_db()
    assert (issue.state, relay.book.count(), Delivery.objects.count()) == (Issue.State.SUBMITTED, 3, 3)
    assert list(Issue.objects.all()) == [issue]
    with pytest.raises(AlreadySending):
        send_issue(mailing.issue_for_article(ArticlePage.objects.get(pk=article.pk)))
