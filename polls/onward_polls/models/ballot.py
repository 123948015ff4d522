"""What readers submit: ballots, the votes on them, and who wants to be told what came of it."""

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from .poll import Option, Poll, new_salt


#: In no count: taken back, or set aside.
LEFT_OUT = Q(withdrawn_at__isnull=False) | Q(excluded_at__isnull=False)


class BallotQuerySet(models.QuerySet["Ballot"]):
    def standing(self) -> Self:
        """Leave out ballots that their readers withdrew."""
        return self.filter(withdrawn_at=None)

    def counted(self) -> Self:
        """Leave out ballots that their readers withdrew, and those that are set aside."""
        return self.standing().filter(excluded_at=None)

    def excluded(self) -> Self:
        """Keep ballots that are set aside: cast, kept, and not counted."""
        return self.standing().exclude(excluded_at=None)

    def left_out(self) -> Self:
        """Keep ballots that are in no count; ``counted`` are all others."""
        return self.filter(LEFT_OUT)

    def with_words(self) -> Self:
        return self.exclude(words="")

    def with_words_between(self, since: datetime | None, until: datetime | None) -> Self:
        """Keep ballots whose words were written in [since, until), which may be long after the vote."""
        written = self.with_words().alias(written_at=Coalesce("words_at", "cast_at"))
        written = written.filter(written_at__lt=until) if until else written
        return written.filter(written_at__gte=since) if since else written

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

    class Exclusion(models.TextChoices):
        NETWORK = "network", _("too many at once from one network")
        AUTHOR = "author", _("set aside by the author")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Every index is written with every answer: one that begins with the poll is there already.
    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="ballots", db_index=False)
    #: HMAC of the reader's identity with the poll's salt: the same reader in two polls has two keys.
    reader_key = models.CharField(max_length=64)
    #: The key of the browser or account in which the present answer was given, and of the one in which the words
    #: were written. Only there are they shown again, whoever else turns out to be the same reader.
    cast_by = models.CharField(max_length=64, blank=True, editable=False)
    words_by = models.CharField(max_length=64, blank=True, editable=False)
    door = models.CharField(max_length=5, choices=Door, default=Door.WEB)
    #: The page the reader answered on. Not a foreign key: polls do not depend on pages.
    page_ref = models.PositiveBigIntegerField(null=True, blank=True)
    cast_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    words = models.TextField(blank=True, max_length=2000)
    #: When words came onto a ballot that had none, by the database's clock; what is changed later stays of that time.
    #: None: they came with the vote, or before this was kept.
    words_at = models.DateTimeField(null=True, blank=True, editable=False)
    consent = models.CharField(max_length=9, choices=Consent, default=Consent.NONE)
    credit = models.CharField(max_length=100, blank=True)
    #: What the reader says to be, out of Poll.role_list; empty means not said.
    role = models.CharField(max_length=60, blank=True)
    #: Poll.wording_version as the reader was shown it.
    wording_version = models.PositiveSmallIntegerField(default=1)
    #: The same reader's ballot in the poll that this one follows.
    previous = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="later",
        editable=False,
        db_index=False,
    )
    #: HMAC of the network under a key that lives one day; emptied after 48 hours.
    network = models.CharField(max_length=64, blank=True, editable=False)
    #: Set aside: kept, shown to the author, left out of the count, and said so beside it.
    excluded_at = models.DateTimeField(null=True, blank=True)
    exclusion = models.CharField(max_length=8, choices=Exclusion, blank=True)

    #: The database's clock when the row was locked; set where a ballot is locked, and nowhere else.
    db_now: datetime

    objects = BallotQuerySet.as_manager()

    class Meta:
        verbose_name = _("ballot")
        verbose_name_plural = _("ballots")
        constraints = [
            # One reader, one ballot, whichever door: everything else is politeness.
            models.UniqueConstraint(fields=["poll", "reader_key"], name="onward_polls_ballot_one_per_reader"),
        ]
        indexes = [
            models.Index(fields=["poll", "cast_at"], name="onward_polls_ballot_by_time"),
            models.Index(
                fields=["poll", "network", "cast_at"],
                condition=~Q(network=""),
                name="onward_polls_ballot_network",
            ),
            # Most polls ask nothing again.
            models.Index(
                fields=["previous"],
                condition=Q(previous__isnull=False),
                name="onward_polls_ballot_previous",
            ),
            # Few write: their words are counted without looking at the other ballots.
            models.Index(
                fields=["poll", "consent"],
                condition=~Q(words="") & Q(withdrawn_at=None, excluded_at=None),
                name="onward_polls_ballot_words",
            ),
            # Few are left out: they are counted, and taken from a count of all, without looking at the others.
            models.Index(fields=["poll", "cast_at"], condition=LEFT_OUT, name="onward_polls_ballot_left_out"),
        ]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def stands(self) -> bool:
        """Whether the reader has not withdrawn it."""
        return self.withdrawn_at is None

    @property
    def is_counted(self) -> bool:
        """Whether it is in the tally: neither withdrawn nor set aside."""
        return self.withdrawn_at is None and self.excluded_at is None

    @property
    def acted_at(self) -> datetime:
        """When the reader last did something to this ballot."""
        return max(moment for moment in (self.cast_at, self.changed_at, self.withdrawn_at) if moment)


class Vote(models.Model):
    """One option marked on one ballot."""

    ballot = models.ForeignKey(Ballot, on_delete=models.CASCADE, related_name="votes", db_index=False)
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


class ReaderLink(models.Model):
    """Two keys in one poll that are known to be the same reader, for example a browser and the mail answered in it."""

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="reader_links", db_index=False)
    alias_key = models.CharField(max_length=64)
    reader_key = models.CharField(max_length=64)
    #: Set on a browser in which somebody answered with an account: signed out, it may not touch that ballot.
    needs_sign_in = models.BooleanField(default=False)

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
    requested_at = models.DateTimeField()
    #: When the mail that asks to confirm was handed over; None means that it still waits.
    asked_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")

    def __str__(self) -> str:
        return str(self.ballot_id)
