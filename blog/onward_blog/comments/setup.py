"""What django-comments-xtd connects by itself and this app must not let run."""

from typing import Any

from django.db.models.signals import pre_save


def disconnect_upstream() -> None:
    """Take away the receivers of django-comments-xtd that act behind the moderator's back; call it in ``ready()``.

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
