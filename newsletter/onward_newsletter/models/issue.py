import swapper
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .newsletter import Newsletter, Topic


# Wagtail says so itself, but only when its models are imported, which may be after these.
swapper.set_app_prefix("wagtailcore", "wagtail")


class Issue(models.Model):
    """One edition of a newsletter: its content, frozen when it is prepared, its audience and its state."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SCHEDULED = "scheduled", _("scheduled")
        PREPARING = "preparing", _("preparing")
        SENDING = "sending", _("sending")
        PAUSED = "paused", _("paused")
        SUBMITTED = "submitted", _("submitted")
        SUBMITTED_WITH_ERRORS = "submitted_with_errors", _("submitted with errors")
        CANCELLED = "cancelled", _("cancelled")

    #: From state to the states it may move to; anything else is refused.
    ALLOWED_MOVES = {
        State.DRAFT: {State.SCHEDULED, State.PREPARING, State.CANCELLED},
        State.SCHEDULED: {State.DRAFT, State.PREPARING, State.PAUSED, State.CANCELLED},
        State.PREPARING: {State.SENDING, State.PAUSED, State.CANCELLED},
        State.SENDING: {State.PAUSED, State.SUBMITTED, State.SUBMITTED_WITH_ERRORS, State.CANCELLED},
        State.PAUSED: {State.SENDING, State.SCHEDULED, State.PREPARING, State.CANCELLED},
        State.SUBMITTED: set[State](),
        State.SUBMITTED_WITH_ERRORS: {State.SENDING, State.SUBMITTED},
        State.CANCELLED: set[State](),
    }

    class Format(models.TextChoices):
        FULL = "full", _("The whole article")
        EXCERPT = "excerpt", _("An excerpt")
        UNTIL_POLL = "until_poll", _("Up to the first poll")

    newsletter = models.ForeignKey(Newsletter, on_delete=models.PROTECT, related_name="issues")
    #: None with a topic-less audience means every active subscriber of the newsletter, by whatever topic.
    topic = models.ForeignKey(
        Topic,
        verbose_name=_("followers of"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="issues",
        help_text=_("Empty: everyone who is subscribed to the newsletter."),
    )
    page = models.ForeignKey(
        swapper.get_model_name("wagtailcore", "Page"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    #: What the issue is to its page; with ``edition`` it keeps one page from being mailed twice by accident.
    kind = models.CharField(max_length=20, default="article", editable=False)
    edition = models.PositiveSmallIntegerField(default=1, editable=False)
    format = models.CharField(
        _("how much of the article"), max_length=10, choices=Format, default=Format.FULL
    )
    subject = models.CharField(_("subject"), max_length=200)
    preview_text = models.CharField(_("preview text"), max_length=200, blank=True)
    intro = models.TextField(_("before the article"), blank=True)
    outro = models.TextField(_("after the article"), blank=True)

    small_first = models.BooleanField(
        _("a few first"),
        default=False,
        help_text=_("Send to a few, wait, and go on by itself unless too many of them bounce or complain."),
    )
    #: When the wait after the first few is over; None before they are through.
    few_first_until = models.DateTimeField(null=True, blank=True, editable=False)

    state = models.CharField(_("state"), max_length=21, choices=State, default=State.DRAFT, editable=False)
    state_reason = models.CharField(max_length=255, blank=True, editable=False)
    scheduled_at = models.DateTimeField(_("send at"), null=True, blank=True)
    schedule_zone = models.CharField(max_length=64, blank=True, editable=False)

    # Frozen when prepared; what happens to the page afterwards changes nothing here.
    html = models.TextField(blank=True, editable=False)
    text = models.TextField(blank=True, editable=False)
    from_header = models.CharField(max_length=255, blank=True, editable=False)
    reply_to = models.CharField(max_length=255, blank=True, editable=False)
    content_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    page_revision_id = models.PositiveBigIntegerField(null=True, blank=True, editable=False)
    candidate_count = models.PositiveIntegerField(null=True, blank=True, editable=False)
    prepared_at = models.DateTimeField(null=True, blank=True, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("issue")
        verbose_name_plural = _("issues")
        ordering = ["-created_at", "-pk"]
        #: Who may write an issue need not be who may mail it to everybody.
        permissions = [("send_issue", "Can send issue")]
        constraints = [
            # Publishing again, a double click or a second beat must not mail a page again.
            models.UniqueConstraint(
                fields=["page", "kind", "edition"], name="onward_newsletter_issue_once_per_page"
            ),
        ]

    def __str__(self) -> str:
        return self.subject
