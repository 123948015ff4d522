import secrets
from typing import Self

import swapper
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


# Wagtail says so itself, but only when its models are imported, which may be after these.
swapper.set_app_prefix("wagtailcore", "wagtail")


def new_nonce() -> str:
    """Return 16 hexadecimal characters; a confirmation that carries an older one is void."""
    return secrets.token_hex(8)


class CommentStateQuerySet(models.QuerySet["CommentState"]):
    def held(self) -> Self:
        return self.filter(state=CommentState.State.HELD)

    def public(self) -> Self:
        return self.filter(state=CommentState.State.PUBLIC)


class CommentState(models.Model):
    """Where one comment stands between its writer, the author and the public."""

    class State(models.TextChoices):
        #: The writer has not confirmed the address yet. Nobody but the writer sees it.
        UNCONFIRMED = "unconfirmed", _("waiting for its writer")
        #: Confirmed, and waiting for the author's decision.
        HELD = "held", _("held")
        PUBLIC = "public", _("public")
        REJECTED = "rejected", _("rejected")
        SPAM = "spam", _("spam")

    class Reason(models.TextChoices):
        """Why a confirmed comment was held instead of published."""

        FIRST = "first", _("the first comment of this address")
        LINKS = "links", _("has two links or more")
        QUICK = "quick", _("sent within three seconds")
        PUT_BACK = "put_back", _("put back by a moderator")

    comment = models.OneToOneField(
        "django_comments_xtd.XtdComment", on_delete=models.CASCADE, related_name="onward_state"
    )
    page = models.ForeignKey(
        swapper.get_model_name("wagtailcore", "Page"),
        on_delete=models.CASCADE,
        related_name="onward_comment_states",
    )
    state = models.CharField(_("state"), max_length=11, choices=State, default=State.UNCONFIRMED)
    reason = models.CharField(_("why it is held"), max_length=100, blank=True)
    nonce = models.CharField(max_length=16, default=new_nonce, editable=False)
    #: HMAC of the confirmed address, small letters: one writer's comments are found without reading addresses.
    address_key = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    #: HMAC of the browser's cookie, so that the writer sees the comment before others do.
    writer_key = models.CharField(max_length=64, blank=True, editable=False)
    #: The comment as sanitised HTML, made when written; the raw text stays on the comment.
    html = models.TextField(blank=True, editable=False)
    html_version = models.PositiveSmallIntegerField(default=1, editable=False)
    #: The writer asked to be told of replies.
    follows_replies = models.BooleanField(default=False)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = CommentStateQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment state")
        verbose_name_plural = _("comment states")
        indexes = [models.Index(fields=["page", "state"], name="onward_blog_comments_of_page")]

    def __str__(self) -> str:
        return f"{self.comment_id}: {self.state}"
