"""Bringing in subscribers from a file, row by row, with an answer for each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import islice

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onward_newsletter.addresses import InvalidAddress, address_key, normalise_address
from onward_newsletter.importers import Row, Standing
from onward_newsletter.models import Newsletter, Subscriber, Subscription, Suppression, Topic


#: Rows taken in one transaction; all of them, or none.
BATCH = 500

#: The source of subscriptions that an import brings; those of them that wait are asked, a few a minute.
SOURCE = "import"

State = Subscription.State

#: Whom and what a row is about: the key of an address, and a topic's primary key.
Place = tuple[str, int | None]


class Outcome(StrEnum):
    """What became of one row."""

    ADDED = "added"
    CONFIRMED = "confirmed"
    KNOWN = "known"
    SUPPRESSED = "suppressed"
    UNSUBSCRIBED = "unsubscribed"
    LEFT = "left"
    REFUSED = "refused"


#: Why a row stays out because of how somebody stood with the program that wrote the file.
STANDINGS: dict[Standing, str | Promise] = {
    Standing.LEFT: gettext_lazy("The file says that this person left."),
    Standing.BOUNCED: gettext_lazy("The file says that this address does not take mail."),
    Standing.COMPLAINED: gettext_lazy("The file says that this person reported mail as spam."),
    Standing.BLOCKED: gettext_lazy("The file says that this address was blocked."),
}

#: What the hash of such an address is kept for.
SUPPRESSIONS = {
    Standing.LEFT: Suppression.Reason.LEFT,
    Standing.BOUNCED: Suppression.Reason.BOUNCED,
    Standing.COMPLAINED: Suppression.Reason.COMPLAINED,
    Standing.BLOCKED: Suppression.Reason.BY_EDITOR,
}


@dataclass(frozen=True)
class RowReport:
    """One row's answer: its line in the file, the address as typed, what became of it, and why it stayed out."""

    line: int
    address: str
    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True)
class _Person:
    """A row whose address and topic are good."""

    row: Row
    address: str
    key: str
    topic: Topic | None

    @property
    def place(self) -> Place:
        return self.key, self.topic.pk if self.topic else None


@dataclass(frozen=True)
class Import:
    """Where the rows of a file go. ``consent`` is the sentence they agreed to; "" brings them in as pending.

    ``keeps_out`` remembers, by a hash, the addresses that the file itself says left or bounced, unless they are
    subscribed here. A row that names a topic goes there; all others go to ``topic``.
    """

    newsletter: Newsletter
    topic: Topic | None = None
    consent: str = ""
    is_dry_run: bool = False
    keeps_out: bool = False
    _topics: dict[str, Topic] = field(default_factory=dict, compare=False)

    @property
    def is_confirmed(self) -> bool:
        return bool(self.consent)

    def run(self, rows: Iterable[Row]) -> Iterator[RowReport]:
        """Import the rows and report each, in order. The same file again changes nothing.

        Addresses that are suppressed, or that left before, stay out whatever the file says. Each BATCH of rows is one
        transaction. A dry run reads only. Nobody is written to from here; see ``actions/asking.py``.
        """
        seen: set[Place] = set()
        remaining = iter(rows)
        while batch := list(islice(remaining, BATCH)):
            yield from self.take(batch, seen)

    def take(self, rows: list[Row], seen: set[Place]) -> list[RowReport]:
        """Import one batch and report each of its rows; ``seen`` holds what earlier ones held, and grows."""
        if self.is_dry_run:
            # Without a transaction, so that on SQLite nobody who writes has to wait for it.
            return self._take(rows, seen)
        with transaction.atomic():
            return self._take(rows, seen)

    def places(self, rows: list[Row]) -> set[Place]:
        """Return whom and what the good ones of these rows are about."""
        return {person.place for person in self._people(rows)[0]}

    def _take(self, rows: list[Row], seen: set[Place]) -> list[RowReport]:
        people, reports = self._people(rows)
        known = self._what_is_known(people)
        outcomes: dict[Outcome, list[_Person]] = {outcome: [] for outcome in Outcome}
        for person in people:
            outcome = self._outcome(person, known, seen)
            seen.add(person.place)
            outcomes[outcome].append(person)
            reason = str(STANDINGS.get(person.row.standing, "")) if outcome == Outcome.LEFT else ""
            reports[person.row.line] = RowReport(person.row.line, person.row.typed, outcome, reason)
        if not self.is_dry_run:
            self._write(outcomes, known)
        return [reports[row.line] for row in rows]

    def _people(self, rows: list[Row]) -> tuple[list[_Person], dict[int, RowReport]]:
        if not self._topics:
            self._topics.update({topic.slug: topic for topic in self.newsletter.topics.filter(ended_at=None)})
        people, refused = [], {}
        for row in rows:
            try:
                if row.problem:
                    raise InvalidAddress(row.problem)
                address = normalise_address(row.typed)
                people.append(_Person(row, address, address_key(address), self._topic_of(row)))
            except InvalidAddress as error:
                refused[row.line] = RowReport(row.line, row.typed, Outcome.REFUSED, str(error))
        return people, refused

    def _topic_of(self, row: Row) -> Topic | None:
        if not row.topic:
            return self.topic
        if row.topic not in self._topics:
            raise InvalidAddress(_("This newsletter has no topic of that name to follow."))
        return self._topics[row.topic]

    def _what_is_known(self, people: list[_Person]) -> dict[Place, str]:
        """Return the states of the subscriptions that are there, and "suppressed" for each suppressed address."""
        keys = {person.key for person in people}
        subscriptions = Subscription.objects.filter(
            newsletter=self.newsletter, subscriber__address_key__in=keys
        )
        known = {
            (key, topic): state
            for key, topic, state in subscriptions.values_list("subscriber__address_key", "topic", "state")
        }
        closed = set(Suppression.objects.filter(address_key__in=keys).values_list("address_key", flat=True))
        return known | {person.place: Outcome.SUPPRESSED for person in people if person.key in closed}

    def _outcome(self, person: _Person, known: dict[Place, str], seen: set[Place]) -> Outcome:
        if person.row.standing in STANDINGS:
            return Outcome.LEFT
        state = known.get(person.place)
        if state == Outcome.SUPPRESSED:
            return Outcome.SUPPRESSED
        if state == State.ENDED or (state is None and person.row.standing == Standing.ENDED):
            return Outcome.UNSUBSCRIBED
        if state is None:
            return Outcome.KNOWN if person.place in seen else Outcome.ADDED
        confirms = state == State.PENDING and self.is_confirmed and person.row.standing == Standing.ACTIVE
        return Outcome.CONFIRMED if confirms and person.place not in seen else Outcome.KNOWN

    def _write(self, outcomes: dict[Outcome, list[_Person]], known: dict[Place, str]) -> None:
        ended = [person for person in outcomes[Outcome.UNSUBSCRIBED] if person.place not in known]
        self._add([*outcomes[Outcome.ADDED], *ended])
        self._confirm(outcomes[Outcome.CONFIRMED])
        if self.keeps_out:
            _keep_out(outcomes[Outcome.LEFT])

    def _add(self, people: list[_Person]) -> None:
        if not people:
            return
        rows = {person.key: Subscriber(address=person.address, address_key=person.key) for person in people}
        Subscriber.objects.bulk_create(rows.values(), ignore_conflicts=True)
        pks = dict(Subscriber.objects.filter(address_key__in=rows).values_list("address_key", "pk"))
        now = timezone.now()
        Subscription.objects.bulk_create(
            [self._subscription(person, pks[person.key], now) for person in people if person.key in pks],
            ignore_conflicts=True,
        )

    def _subscription(self, person: _Person, subscriber: int, now: datetime) -> Subscription:
        row, state = person.row, self._state_of(person.row)
        subscription = Subscription(
            subscriber_id=subscriber,
            newsletter=self.newsletter,
            topic=person.topic,
            state=state,
            # Who waits is asked anew, so the time to answer begins now.
            requested_at=now if state == State.PENDING else _past(row.asked_at, now),
            consent_text=(row.consent_text or self.consent)[:255],
            consent_page=row.consent_page[:255],
            # By the source, those who wait are found to be asked.
            source=SOURCE if state == State.PENDING else (row.source or SOURCE)[:50],
        )
        if state != State.PENDING and (row.confirmed_at or state == State.ACTIVE):
            subscription.confirmed_at = _past(row.confirmed_at, now)
        if state == State.ENDED:
            subscription.ended_at = _past(row.ended_at, now)
            is_reason = row.reason in Subscription.EndReason.values
            subscription.end_reason = row.reason if is_reason else Subscription.EndReason.UNSUBSCRIBED
        return subscription

    def _state_of(self, row: Row) -> str:
        if row.standing == Standing.ENDED:
            return State.ENDED
        return State.ACTIVE if self.is_confirmed and row.standing == Standing.ACTIVE else State.PENDING

    def _confirm(self, people: list[_Person]) -> None:
        """Make those active who were waiting: one statement for each topic in the batch, mostly one."""
        for topic in {person.topic for person in people}:
            Subscription.objects.filter(
                newsletter=self.newsletter,
                topic=topic,
                state=State.PENDING,
                subscriber__address_key__in=[person.key for person in people if person.topic == topic],
            ).update(
                state=State.ACTIVE,
                confirmed_at=timezone.now(),
                consent_text=self.consent[:255],
                source=SOURCE,
            )


def _past(when: datetime | None, now: datetime) -> datetime:
    """Return a time from a file, or now for none and for one that has not come yet."""
    return min(when, now) if when else now


def _keep_out(people: list[_Person]) -> None:
    """Remember hashes; whoever subscribed here has spoken since, and is left alone."""
    reasons = {person.key: SUPPRESSIONS[person.row.standing] for person in people}
    here = Subscription.objects.exclude(state=State.ENDED).filter(subscriber__address_key__in=reasons)
    for key in here.values_list("subscriber__address_key", flat=True):
        reasons.pop(key, None)
    if not reasons:
        return
    Suppression.objects.bulk_create(
        [Suppression(address_key=key, reason=reason) for key, reason in reasons.items()],
        ignore_conflicts=True,
    )
    Subscriber.objects.filter(address_key__in=reasons).update(state=Subscriber.State.SUPPRESSED)
