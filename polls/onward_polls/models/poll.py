"""A poll and the options it offers."""

import secrets
import uuid
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.images import get_image_model_string
from wagtail.search import index


def new_salt() -> str:
    """Return 32 hexadecimal characters that keep the reader keys of one poll apart from every other poll's."""
    return secrets.token_hex(16)


class PollQuerySet(models.QuerySet["Poll"]):
    def open(self, when: datetime | None = None) -> Self:
        """Keep the polls that accept ballots at this moment (default: now)."""
        when = when or timezone.now()
        return self.filter(Q(opens_at=None) | Q(opens_at__lte=when)).filter(
            Q(closes_at=None) | Q(closes_at__gt=when), archived_at=None
        )


class Poll(index.Indexed, ClusterableModel):
    """One question to readers, with its options, its life and what readers may see of the tally."""

    class Kind(models.TextChoices):
        SINGLE = "single", _("One answer")
        MULTIPLE = "multiple", _("Several answers")
        SCALE = "scale", _("A scale")
        WORDS = "words", _("Words only")

    class ResultsVisibility(models.TextChoices):
        ALWAYS = "always", _("Always")
        AFTER_VOTING = "after_voting", _("After voting")
        AFTER_CLOSING = "after_closing", _("After the poll has closed")
        EDITORS = "editors", _("Only in the admin")

    question = models.CharField(_("question"), max_length=500)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.SINGLE)
    follows = models.ForeignKey(
        "self",
        verbose_name=_("asks again"),
        help_text=_("The earlier poll whose question this one asks again, so that the change can be shown."),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="followed_by",
    )
    results_visibility = models.CharField(
        _("who may see the results"),
        max_length=15,
        choices=ResultsVisibility,
        default=ResultsVisibility.AFTER_VOTING,
    )
    opens_at = models.DateTimeField(_("opens at"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes at"), null=True, blank=True)
    allow_change = models.BooleanField(_("readers may change their vote"), default=True)
    ask_words = models.BooleanField(_("ask for a sentence after voting"), default=True)
    words_prompt = models.CharField(
        _("question for words"),
        max_length=200,
        blank=True,
        help_text=_("For example: What do you do instead?"),
    )
    shuffle = models.BooleanField(_("show the options in a different order to each reader"), default=False)
    low_label = models.CharField(_("what the low end of the scale means"), max_length=60, blank=True)
    high_label = models.CharField(_("what the high end of the scale means"), max_length=60, blank=True)
    roles = models.TextField(
        _("roles to choose from"),
        blank=True,
        help_text=_("One per line, for example: Sales rep. Readers may say which one is theirs, or not."),
    )
    min_votes = models.PositiveSmallIntegerField(_("at least"), default=1)
    max_votes = models.PositiveSmallIntegerField(_("at most"), null=True, blank=True)
    salt = models.CharField(max_length=32, default=new_salt, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    #: When the poll was last opened again after it had closed; readers are told.
    reopened_at = models.DateTimeField(null=True, blank=True, editable=False)
    #: Rises whenever the question or an option is reworded after the first ballot; see Wording.
    wording_version = models.PositiveSmallIntegerField(default=1, editable=False)
    #: When ``poll_closed`` was sent; earlier than closes_at means the poll was opened again since.
    close_announced_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = PollQuerySet.as_manager()

    search_fields = [
        index.SearchField("question"),
        index.AutocompleteField("question"),
        index.FilterField("kind"),
    ]

    class Meta:
        verbose_name = _("poll")
        verbose_name_plural = _("polls")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="onward_polls_poll_closes_after_it_opens",
                condition=Q(opens_at=None) | Q(closes_at=None) | Q(closes_at__gt=F("opens_at")),
            ),
            models.CheckConstraint(
                name="onward_polls_poll_at_most_not_below_at_least",
                condition=Q(max_votes=None) | Q(max_votes__gte=F("min_votes")),
            ),
        ]

    def __str__(self) -> str:
        return self.question

    @property
    def is_closed(self) -> bool:
        """Whether the closing time has passed by this machine's clock; ballots ask the database's."""
        return self.closes_at is not None and self.closes_at <= timezone.now()

    @property
    def is_waiting(self) -> bool:
        """Whether the opening time lies ahead."""
        return self.opens_at is not None and self.opens_at > timezone.now()

    @property
    def role_list(self) -> list[str]:
        """The roles a reader may choose from, in the author's order, each once."""
        lines = (" ".join(line.split()) for line in self.roles.splitlines())
        return list(dict.fromkeys(line for line in lines if line))

    @property
    def takes_one_answer(self) -> bool:
        return self.kind in (self.Kind.SINGLE, self.Kind.SCALE)

    def shows_results(self, *, voted: bool) -> bool:
        """Whether a reader who has (not) voted may see any count of this poll."""
        visibility = self.ResultsVisibility
        if self.results_visibility == visibility.EDITORS:
            return False
        if self.results_visibility == visibility.ALWAYS or self.is_closed:
            return True
        return voted and self.results_visibility == visibility.AFTER_VOTING


class Option(models.Model):
    """One answer a poll offers; renaming keeps its votes, removing retires it."""

    poll = ParentalKey(Poll, on_delete=models.CASCADE, related_name="options")
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    #: The option beside which readers write what they do instead. A poll has at most one on offer.
    is_other = models.BooleanField(default=False, editable=False)
    image = models.ForeignKey(
        get_image_model_string(),
        verbose_name=_("image"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    #: The option of the earlier poll that this one stands for, where the poll asks a question again.
    follows = models.ForeignKey(
        "self",
        verbose_name=_("same as"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="followed_by",
    )
    #: What readers of the earlier poll wrote beside "other" and this option now says, as plain_text() gives it.
    promoted_words = models.JSONField(default=list, blank=True, editable=False)
    text = models.CharField(_("text"), max_length=200)
    sort_order = models.IntegerField(default=0, editable=False)
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)
    edited_at = models.DateTimeField(null=True, blank=True, editable=False)
    #: When it was added to a poll that had votes already, with added_after_votes.
    added_at = models.DateTimeField(null=True, blank=True, editable=False)
    added_after_votes = models.PositiveIntegerField(
        null=True, blank=True, editable=False, help_text=_("How many had voted before this option was added.")
    )

    sort_order_field = "sort_order"

    class Meta:
        verbose_name = _("option")
        verbose_name_plural = _("options")
        ordering = ["sort_order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["poll"],
                condition=Q(is_other=True, retired_at=None),
                name="onward_polls_option_one_other",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete an option nobody has marked; retire one that has votes, so that they keep their meaning."""
        if self.pk and not self.votes.exists():
            return super().delete(*args, **kwargs)
        if self.retired_at is None:
            self.retired_at = timezone.now()
            self.save(update_fields=["retired_at"])
        return 0, {}


class Wording(models.Model):
    """How a poll was worded while ballots of this version were cast."""

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="wordings")
    version = models.PositiveSmallIntegerField()
    question = models.CharField(max_length=500)
    #: {option uuid: text}
    options = models.JSONField()
    #: When this wording was replaced; the current one has no row.
    until = models.DateTimeField()

    class Meta:
        verbose_name = _("wording")
        verbose_name_plural = _("wordings")
        ordering = ["version"]
        constraints = [
            models.UniqueConstraint(fields=["poll", "version"], name="onward_polls_wording_once"),
        ]

    def __str__(self) -> str:
        return f"{self.poll_id}, version {self.version}"


def plain_text(text: str) -> str:
    """Return a text as it is compared: letter case and spacing do not matter, anything else does."""
    return " ".join(text.casefold().split())
