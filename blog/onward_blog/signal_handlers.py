"""What the blog does when something happened elsewhere; connected when the app is ready."""

from typing import Any

from django.apps import apps
from wagtail.signals import page_published, page_unpublished

from . import mailing, versions
from .following.ending import settle_after_mail
from .mixins import ArticleMixin, SeriesMixin
from .models import RoundupUse
from .questions.notices import tell_waiting
from .responses.body import pages_showing
from .responses.folding import article_models, fold_responses
from .roundups.actions import bump_pages, narrow_credits, record_roundup_use, withdraw_quotes
from .roundups.telling import note_told_by_issue
from .signals import comment_withdrawn


def connect() -> None:
    """Listen to Wagtail's publishing, to comments, and to polls where they are installed."""
    page_published.connect(on_published, dispatch_uid="onward_blog.page_published")
    page_unpublished.connect(on_unpublished, dispatch_uid="onward_blog.page_unpublished")
    mailing.connect_issue_submitted(on_issue_submitted)
    comment_withdrawn.connect(on_comment_withdrawn, dispatch_uid="onward_blog.quote_of_comment")
    if apps.is_installed("onward_polls"):
        from .responses.polls import connect_signals

        connect_signals(
            withdrawn=withdraw_quotes,
            recredited=narrow_credits,
            folded=fold_pages_of,
            changed=renew_pages_of,
        )


def on_published(sender: Any, instance: Any, **kwargs: Any) -> None:
    """Note the roundups a part uses; give a series the topic that readers follow."""
    if isinstance(instance, ArticleMixin):
        record_roundup_use(instance)
    elif isinstance(instance, SeriesMixin):
        mailing.topic_for_series(instance)


def on_unpublished(sender: Any, instance: Any, **kwargs: Any) -> None:
    """Let the articles this one took up say so no longer."""
    uses = RoundupUse.objects.filter(page=instance.pk, roundup__page__isnull=False)
    bump_pages(uses.values_list("roundup__page_id", flat=True))


def on_issue_submitted(page: Any) -> None:
    """Note who was told by the issue of this page; tell askers it did not reach; let go whom an ended series has told."""
    note_told_by_issue(page)
    tell_waiting(page)
    settle_after_mail(page)


def on_comment_withdrawn(sender: Any, comment: Any, **kwargs: Any) -> None:
    """Empty the quotes of a comment that is no longer public."""
    withdraw_quotes("comments", [str(comment.pk)])


def fold_pages_of(poll: Any) -> None:
    """Fold the articles that show a poll; called in a worker, right after the poll's own fold."""
    ids = pages_showing(poll)
    fold_responses(
        article for model in article_models() for article in model.objects.live().filter(pk__in=ids)
    )


def renew_pages_of(poll: Any) -> None:
    """Start a new version of every page that shows a poll, and fold its articles: it closed, or was edited.

    Pages that show the poll as the earlier one of a question asked again show the same numbers and words.
    """
    later = getattr(poll, "followed_by", None)
    shown = {poll, *later.all()} if later is not None else {poll}
    versions.bump_all({page for each in shown for page in pages_showing(each)})
    fold_pages_of(poll)
