"""What happens once, when the app is ready: upstream's receivers go, and our own comes."""

from typing import Any

from django.db.models.signals import post_delete, pre_save


def connect() -> None:
    """Prepare comments; call it in ``ready()``. Harmless when called twice."""
    from onward_blog.models import CommentState

    disconnect_upstream()
    post_delete.connect(
        _delete_comment, sender=CommentState, dispatch_uid="onward_blog.comment_goes_with_its_state"
    )


def disconnect_upstream() -> None:
    """Take away the receivers of django-comments-xtd that act behind the moderator's back.

    One publishes every reply below a public comment whenever that comment is saved, held replies too. The other
    answers a posted comment with a mail that carries the writer's text and a pickled token. Harmless when called twice.
    """
    from django_comments.signals import comment_was_posted
    from django_comments_xtd import models, views

    pre_save.disconnect(models.publish_or_unpublish_on_pre_save, sender=models.XtdComment)
    # An app that stands after ours in INSTALLED_APPS connects after us: leave it nothing to connect but this.
    models.publish_or_unpublish_on_pre_save = _leave_replies_alone
    comment_was_posted.disconnect(views.on_comment_was_posted, sender=models.TmpXtdComment)


def _leave_replies_alone(**kwargs: Any) -> None:
    """Stand where upstream's receiver stood: saving a comment changes no other comment."""


def _delete_comment(instance: Any, **kwargs: Any) -> None:
    """Let a comment go with its page: the page takes the state with it, and upstream knows no pages."""
    from django_comments.models import Comment

    Comment.objects.filter(pk=instance.comment_id).delete()
