"""Polls, the ballots readers cast in them, and the counters derived from those ballots."""

import secrets
import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
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
        _("question for words"), max_length=200, blank=True, help_text=_("For example: What do you do instead?")
    )
    shuffle = models.BooleanField(_("show the options in a different order to each reader"), default=False)
    min_votes = models.PositiveSmallIntegerField(_("at least"), default=1)
    max_votes = models.PositiveSmallIntegerField(_("at most"), null=True, blank=True)
    salt = models.CharField(max_length=32, default=new_salt, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = PollQuerySet.as_manager()

    search_fields = [index.SearchField("question"), index.AutocompleteField("question"), index.FilterField("kind")]

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


class Option(models.Model):
    """One answer a poll offers; renaming keeps its votes, removing retires it."""

    poll = ParentalKey(Poll, on_delete=models.CASCADE, related_name="options")
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    text = models.CharField(_("text"), max_length=200)
    sort_order = models.IntegerField(default=0, editable=False)
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)
    edited_at = models.DateTimeField(null=True, blank=True, editable=False)
    added_after_votes = models.PositiveIntegerField(
        null=True, blank=True, editable=False, help_text=_("How many had voted before this option was added.")
    )

    sort_order_field = "sort_order"

    class Meta:
        verbose_name = _("option")
        verbose_name_plural = _("options")
        ordering = ["sort_order", "pk"]

    def __str__(self) -> str:
        return self.text


class BallotQuerySet(models.QuerySet["Ballot"]):
    def counted(self) -> Self:
        """Leave out ballots that their readers withdrew."""
        return self.filter(withdrawn_at=None)

    def with_words(self) -> Self:
        return self.exclude(words="")

    def quotable(self) -> Self:
        """Keep ballots whose words their readers allowed to be quoted."""
        return self.counted().with_words().exclude(consent=Ballot.Consent.NONE)

    def cast_between(self, since: datetime | None, until: datetime) -> Self:
        """Keep ballots cast in [since, until); since=None means from the beginning."""
        window = self.filter(cast_at__lt=until)
        return window.filter(cast_at__gte=since) if since else window


class Ballot(models.Model):
    """Everything one reader submitted to one poll."""

    class Door(models.TextChoices):
        WEB = "web", _("on the page")
        MAIL = "mail", _("from the newsletter")
        EMBED = "embed", _("embedded elsewhere")

    class Consent(models.TextChoices):
        NONE = "none", _("Do not quote me")
        ANONYMOUS = "anonymous", _("Quote me without a name")
        INITIALS = "initials", _("Quote me with my initials")
        NAME = "name", _("Quote me with my name")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="ballots")
    #: HMAC of the reader's identity with the poll's salt: the same reader in two polls has two keys.
    reader_key = models.CharField(max_length=64)
    door = models.CharField(max_length=5, choices=Door, default=Door.WEB)
    #: The page the reader answered on. Not a foreign key: polls do not depend on pages.
    page_ref = models.PositiveBigIntegerField(null=True, blank=True)
    cast_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    words = models.TextField(blank=True, max_length=2000)
    consent = models.CharField(max_length=9, choices=Consent, default=Consent.NONE)
    credit = models.CharField(max_length=100, blank=True)

    objects = BallotQuerySet.as_manager()

    class Meta:
        verbose_name = _("ballot")
        verbose_name_plural = _("ballots")
        constraints = [
            # One reader, one ballot, whichever door: everything else is politeness.
            models.UniqueConstraint(fields=["poll", "reader_key"], name="onward_polls_ballot_one_per_reader"),
        ]
        indexes = [models.Index(fields=["poll", "cast_at"], name="onward_polls_ballot_by_time")]

    def __str__(self) -> str:
        return str(self.uuid)


class Vote(models.Model):
    """One option marked on one ballot."""

    ballot = models.ForeignKey(Ballot, on_delete=models.CASCADE, related_name="votes")
    option = models.ForeignKey(Option, on_delete=models.PROTECT, related_name="votes")
    #: True in polls that take one answer; the database then refuses a second vote on the ballot.
    exclusive = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("vote")
        verbose_name_plural = _("votes")
        constraints = [
            models.UniqueConstraint(fields=["ballot", "option"], name="onward_polls_vote_option_once"),
            models.UniqueConstraint(
                fields=["ballot"], condition=Q(exclusive=True), name="onward_polls_vote_exclusive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ballot_id}:{self.option_id}"


class Tally(models.Model):
    """How often an option was marked through one door; option None counts the ballots themselves.

    Derived from ballots and votes, kept outside every revisioned model, and rebuilt by ``rebuild_tallies``.
    """

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="tallies")
    option = models.ForeignKey(Option, on_delete=models.CASCADE, null=True, related_name="tallies")
    door = models.CharField(max_length=5, choices=Ballot.Door)
    count = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")
        constraints = [
            models.UniqueConstraint(
                fields=["poll", "option", "door"],
                condition=Q(option__isnull=False),
                name="onward_polls_tally_per_option",
            ),
            models.UniqueConstraint(
                fields=["poll", "door"], condition=Q(option=None), name="onward_polls_tally_of_ballots"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.poll_id}/{self.option_id}/{self.door}: {self.count}"


class TallyDelta(models.Model):
    """A change to a tally that is not folded in yet, so that no vote updates a row other votes want."""

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="tally_deltas")
    option = models.ForeignKey(Option, on_delete=models.CASCADE, null=True, related_name="+")
    door = models.CharField(max_length=5, choices=Ballot.Door)
    delta = models.SmallIntegerField()

    class Meta:
        verbose_name = _("tally delta")
        verbose_name_plural = _("tally deltas")

    def __str__(self) -> str:
        return f"{self.poll_id}/{self.option_id}/{self.door}: {self.delta:+d}"


class ReaderLink(models.Model):
    """Two keys in one poll that are known to be the same reader: a browser, and the mail answered in it."""

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="reader_links")
    alias_key = models.CharField(max_length=64)
    reader_key = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("reader link")
        verbose_name_plural = _("reader links")
        constraints = [
            models.UniqueConstraint(fields=["poll", "alias_key"], name="onward_polls_link_one_per_alias"),
        ]
        indexes = [models.Index(fields=["poll", "reader_key"], name="onward_polls_link_by_reader")]

    def __str__(self) -> str:
        return f"{self.poll_id}: {self.alias_key[:8]} is {self.reader_key[:8]}"


class FollowUp(models.Model):
    """A reader's wish to be told once what came of an answer; not a subscription."""

    ballot = models.OneToOneField(Ballot, on_delete=models.CASCADE, related_name="follow_up")
    address = models.EmailField()
    nonce = models.CharField(max_length=32, default=new_salt, editable=False)
    requested_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")

    def __str__(self) -> str:
        return str(self.ballot_id)
