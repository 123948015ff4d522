"""The newsletter, and two hundred and fifty people who follow it or once did."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from typing import Any

from onward_blog import mailing
from onward_newsletter.addresses import address_key, normalise_address
from onward_newsletter.consent import consent_sentence
from onward_newsletter.models import Newsletter, Subscriber, Subscription, Suppression

from .content import people
from .stage import Stage, dice


@dataclass(frozen=True)
class Fate:
    """What became of some followers: how many, since which days, and how their subscriptions stand now."""

    name: str
    followers: int
    since: tuple[int, int]
    state: str = Subscription.State.ACTIVE
    end_reason: str = ""
    #: The days on which the subscriptions ended.
    until: tuple[int, int] = (0, 0)
    #: The time of day at which they ended; empty for any.
    clock: str = ""
    topic: str = ""
    suppression: str = ""


ENDED = Subscription.State.ENDED
Why = Subscription.EndReason
SERIES, MEETINGS = "the-manager-in-the-middle", "three-meetings-we-could-lose"

#: Those who were in the audience of Part 1: 204 people.
AUDIENCE = (
    Fate("submitted", 127, (-210, -8)),
    Fate("submitted", 60, (-7, -1), topic=SERIES),
    Fate("left later", 5, (-200, -30), ENDED, Why.UNSUBSCRIBED, (1, 11)),
    Fate("mailbox full", 3, (-200, -30)),
    Fate("complained", 1, (-150, -120), ENDED, Why.COMPLAINED, (1, 2), suppression=Suppression.Reason.COMPLAINED),
    Fate("failed", 4, (-210, -90), ENDED, Why.BOUNCED, clock="09:01", suppression=Suppression.Reason.BOUNCED),
    Fate("in doubt", 1, (-60, -50)),
    Fate("left in time", 2, (-200, -30), ENDED, Why.UNSUBSCRIBED, clock="09:00"),
    Fate("suppressed", 1, (-90, -80), ENDED, Why.BY_EDITOR, clock="09:00", suppression=Suppression.Reason.BY_EDITOR),
)  # fmt: skip
#: Those who were not: 46 people.
OTHERS = (
    Fate("came by Part 1", 19, (1, 14), topic=SERIES),
    Fate("came by Part 1", 7, (1, 14)),
    Fate("waiting", 9, (3, 14), Subscription.State.PENDING, topic=SERIES),
    Fate("waiting", 5, (2, 14), Subscription.State.PENDING),
    Fate("left before", 4, (-205, -60), ENDED, Why.UNSUBSCRIBED, (-50, -2)),
    Fate("series ended", 2, (-123, -100), ENDED, Why.TOPIC_ENDED, (-90, -89), topic=MEETINGS),
)


def found_newsletter(stage: Stage) -> None:
    """Make the newsletter."""
    stage.newsletter = Newsletter.objects.create(
        name=people.SITE_NAME,
        slug="the-sales-floor",
        sender_name=f"{people.AUTHOR_FIRST_NAME} {people.AUTHOR_LAST_NAME}",
        sender_address=people.NEWSLETTER_SENDER,
        reply_to=people.AUTHOR_ADDRESS,
        description=people.NEWSLETTER_DESCRIPTION,
        postal_address=people.NEWSLETTER_POSTAL,
    )


def open_topics(stage: Stage) -> None:
    """Let each series be followed; the finished one has ended, and takes no new followers."""
    stage.topics = {slug: mailing.topic_for_series(series) for slug, series in stage.series.items()}
    ended = stage.topics[MEETINGS]
    ended.ended_at = stage.moment(-90, "12:00")
    ended.save(update_fields=["ended_at"])
    stage.series[MEETINGS].ended_at = ended.ended_at
    stage.series[MEETINGS].save(update_fields=["ended_at"])


def gather_audience(stage: Stage) -> None:
    """Subscribe those who get the mail of Part 1; all are still active when it is prepared."""
    _subscribe(stage, AUDIENCE, _addresses(0))


def gather_others(stage: Stage) -> None:
    """Subscribe those who came later, never confirmed, or had left before."""
    _subscribe(stage, OTHERS, _addresses(sum(fate.followers for fate in AUDIENCE)))
    _settle(stage, OTHERS)


def settle_audience(stage: Stage) -> None:
    """End the subscriptions that ended since, and suppress the addresses we must not write to."""
    _settle(stage, AUDIENCE)


def _addresses(skip: int) -> list[str]:
    """Return the demo's addresses in their fixed order; no two are alike."""
    names = [f"{first}.{last}".lower() for first, last in product(people.FIRST_NAMES, people.LAST_NAMES)]
    rng = dice("addresses")
    rng.shuffle(names)
    return [f"{name}@{rng.choice(people.DOMAINS)}" for name in names][skip:]


def _subscribe(stage: Stage, fates: tuple[Fate, ...], addresses: list[str]) -> None:
    rng = dice(f"followers {fates[0].name}")
    people_of_fates = [fate for fate in fates for _ in range(fate.followers)]
    moments = {fate: _moments(stage, fate.name, fate.since, fate.followers) for fate in set(fates)}
    subscribers = [
        _subscriber(address, uuid.UUID(int=rng.getrandbits(128), version=4))
        for address, _fate in zip(addresses, people_of_fates, strict=False)
    ]
    since = [moments[fate].pop() for fate in people_of_fates]
    Subscriber.objects.bulk_create(subscribers)
    _backdate(subscribers, "created_at", since)
    subscriptions = [
        _subscription(stage, subscriber, fate, moment)
        for subscriber, fate, moment in zip(subscribers, people_of_fates, since, strict=True)
    ]
    Subscription.objects.bulk_create(subscriptions)
    _backdate(subscriptions, "requested_at", since)
    stage.fates |= {
        subscriber.pk: fate.name for subscriber, fate in zip(subscribers, people_of_fates, strict=True)
    }


def _subscriber(address: str, name: uuid.UUID) -> Subscriber:
    normalised = normalise_address(address)
    return Subscriber(uuid=name, address=normalised, address_key=address_key(normalised))


def _subscription(stage: Stage, subscriber: Subscriber, fate: Fate, moment: datetime) -> Subscription:
    """Return the subscription as it stood on its first day: confirmed, or waiting for it."""
    waiting = fate.state == Subscription.State.PENDING
    page = stage.series[fate.topic].url if fate.topic else "/"
    return Subscription(
        subscriber=subscriber,
        newsletter=stage.newsletter,
        topic=stage.topics[fate.topic] if fate.topic else None,
        state=Subscription.State.PENDING if waiting else Subscription.State.ACTIVE,
        confirmed_at=None if waiting else moment + timedelta(minutes=4),
        consent_text=consent_sentence(),
        consent_page=page,
        source="page",
    )


def _settle(stage: Stage, fates: tuple[Fate, ...]) -> None:
    for fate in fates:
        if fate.state != ENDED:
            continue
        mine = (
            Subscription.objects.filter(
                subscriber__in=[pk for pk, name in stage.fates.items() if name == fate.name]
            )
            .select_related("subscriber")
            .order_by("pk")
        )
        moments = _moments(stage, f"end of {fate.name}", fate.until, fate.followers, fate.clock)
        for subscription, moment in zip(mine, moments, strict=True):
            _end(subscription, fate, moment)


def _end(subscription: Subscription, fate: Fate, moment: datetime) -> None:
    subscription.state, subscription.end_reason, subscription.ended_at = ENDED, fate.end_reason, moment
    subscription.save(update_fields=["state", "end_reason", "ended_at"])
    if not fate.suppression:
        return
    subscriber = subscription.subscriber
    subscriber.state = Subscriber.State.SUPPRESSED
    subscriber.save(update_fields=["state"])
    suppression = Suppression.objects.create(address_key=subscriber.address_key, reason=fate.suppression)
    _backdate([suppression], "created_at", [moment])


def _moments(stage: Stage, name: str, days: tuple[int, int], count: int, clock: str = "") -> list[datetime]:
    """Return that many moments between two days, the latest first, so that ``pop`` takes the earliest."""
    rng = dice(f"moments {name} {days}")
    clocks = [clock or f"{rng.randrange(6, 23)}:{rng.randrange(60)}" for _ in range(count)]
    return sorted((stage.moment(rng.randint(*days), clock) for clock in clocks), reverse=True)


def _backdate(rows: Iterable[Any], field: str, moments: Iterable[datetime]) -> None:
    """Set a moment that the model fills in by itself when a row is made."""
    rows = list(rows)
    for row, moment in zip(rows, moments, strict=True):
        setattr(row, field, moment)
    type(rows[0]).objects.bulk_update(rows, [field])
