"""The discussions under the articles, as the comment form and the moderator would have left it."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django_comments_xtd.models import XtdComment

from onward_blog.comments.actions import address_key
from onward_blog.comments.rendering import HTML_VERSION, render_comment
from onward_blog.comments.states import REMOVED
from onward_blog.models import CommentState

from .content import people
from .content.comments import ALL_COMMENTS, WRITERS
from .content.shapes import CommentText
from .stage import Stage


State = CommentState.State
#: How long a writer took to confirm, and the author to decide.
CONFIRMED_AFTER, DECIDED_AFTER = timedelta(minutes=3), timedelta(minutes=42)


def hold_discussion(stage: Stage) -> None:
    """Write the comments in the order in which they came, with what was decided about each."""
    comments: dict[str, XtdComment] = {}
    for text in ALL_COMMENTS:
        parent = comments[text.reply_to].pk if text.reply_to else 0
        comments[text.name] = comment = _comment(stage, text, parent)
        _state(stage, text, comment).save()


def _comment(stage: Stage, text: CommentText, parent: int) -> XtdComment:
    page, by_author = stage.articles[text.article], text.by == "author"
    name, address = (stage.author.name, people.AUTHOR_ADDRESS) if by_author else WRITERS[text.by]
    comment = XtdComment.objects.create(
        content_type=ContentType.objects.get_for_model(page),
        object_pk=str(page.pk),
        site_id=settings.SITE_ID,
        user=stage.user if by_author else None,
        user_name=name,
        user_email=address,
        comment=text.text,
        submit_date=stage.moment(text.day, text.clock),
        is_public=text.state == State.PUBLIC,
        is_removed=text.state in REMOVED,
        parent_id=parent,
    )
    # Threads are ordered by time; see ``onward_blog.comments.actions``.
    XtdComment.norel_objects.filter(pk=comment.pk).update(order=comment.pk)
    return comment


def _state(stage: Stage, text: CommentText, comment: Any) -> CommentState:
    decided = text.state in (State.PUBLIC, State.REJECTED, State.SPAM) and text.by != "author"
    return CommentState(
        comment=comment,
        page=stage.articles[text.article],
        state=text.state,
        reason=text.reason,
        address_key=address_key(comment.user_email),
        html=render_comment(text.text),
        html_version=HTML_VERSION,
        confirmed_at=_confirmed_at(text, comment.submit_date),
        decided_at=comment.submit_date + DECIDED_AFTER if decided else None,
        decided_by=stage.user if decided else None,
    )


def _confirmed_at(text: CommentText, written_at: datetime) -> datetime | None:
    return None if text.state == State.UNCONFIRMED else written_at + CONFIRMED_AFTER
