import secrets

import swapper
from django.db import models
from django.utils.translation import gettext_lazy as _


# Wagtail says so itself, but only when its models are imported, which may be after these.
swapper.set_app_prefix("wagtailcore", "wagtail")


class ReaderQuestion(models.Model):
    """A question that a reader wants a coming part of a series to answer."""

    class State(models.TextChoices):
        HELD = "held", _("Held for the author")
        PUBLIC = "public", _("Public")
        PICKED = "picked", _("Picked for the next part")
        ANSWERED = "answered", _("Answered")
        REJECTED = "rejected", _("Rejected")

    page = models.ForeignKey(
        swapper.get_model_name("wagtailcore", "Page"),
        verbose_name=_("series"),
        on_delete=models.CASCADE,
        related_name="onward_reader_questions",
    )
    words = models.CharField(_("question"), max_length=300)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.HELD)
    asked_at = models.DateTimeField(_("asked at"), auto_now_add=True)
    #: When readers first saw it; kept when it is rejected later.
    public_at = models.DateTimeField(_("public since"), null=True, blank=True)
    #: Keyed hash of the browser that asked, so that its own question can be shown to it; empty once erased.
    asked_by = models.CharField(max_length=64, blank=True)
    #: Where to tell when it is answered; empty unless the reader asked for that.
    address = models.EmailField(_("address"), blank=True)
    confirmed_at = models.DateTimeField(_("address confirmed at"), null=True, blank=True)
    #: What the link in the confirmation mail must carry.
    nonce = models.CharField(max_length=64, default=secrets.token_urlsafe, editable=False)
    answered_in = models.ForeignKey(
        swapper.get_model_name("wagtailcore", "Page"),
        verbose_name=_("answered in"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="onward_answered_questions",
    )
    told_at = models.DateTimeField(_("reader told at"), null=True, blank=True)

    class Meta:
        verbose_name = _("reader’s question")
        verbose_name_plural = _("readers’ questions")
        ordering = ["-asked_at", "-pk"]
        indexes = [models.Index(fields=["page", "state"], name="onward_blog_question_state")]

    def __str__(self) -> str:
        return self.words


class QuestionSupport(models.Model):
    """One reader who wants a question answered too."""

    question = models.ForeignKey(ReaderQuestion, on_delete=models.CASCADE, related_name="supporters")
    #: Keyed hash of the reader's browser and the question.
    reader_key = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("support for a question")
        verbose_name_plural = _("support for questions")
        constraints = [
            models.UniqueConstraint(fields=["question", "reader_key"], name="onward_blog_support_once"),
        ]

    def __str__(self) -> str:
        return str(self.question_id)
