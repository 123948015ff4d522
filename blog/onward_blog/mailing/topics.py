"""What readers follow: a topic for each series."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.utils.text import slugify
from django.utils.translation import gettext as _

from onward_blog.batches import batches

from .newsletter import first_newsletter, is_installed


def topic_for_series(series: Any) -> Any | None:
    """Return the Topic that readers of a series follow, made on first use and renamed with the series.

    None without the newsletter app, and as long as there is no newsletter to hold the topic.
    """
    if not is_installed() or (newsletter := first_newsletter()) is None:
        return None
    from onward_newsletter.models import Topic

    slug = f"{slugify(series.title)[:200] or 'series'}-{series.pk}"
    name = series.title[:255]
    topic, _made = Topic.objects.get_or_create(
        newsletter=newsletter, key=series.topic_key, defaults={"name": name, "slug": slug}
    )
    if topic.name != name:
        topic.name = name
        topic.save(update_fields=["name"])
    return topic


def subscribe_box(page: Any) -> str:
    """Return the HTML of the box that offers this page's series or everything; "" without a newsletter.

    It shows what has been set up and makes nothing: a topic is made when its series is published. A series that has
    ended is not offered any more.
    """
    if not is_installed():
        return ""
    series = series_of(page)
    topic = topic_of(series) if series and not series.ended_at else None
    topic = topic if topic and topic.ended_at is None else None
    newsletter = topic.newsletter if topic else first_newsletter()
    if newsletter is None:
        return ""
    from onward_newsletter.components import SubscribeBox

    heading = _("Get what comes next in %(name)s") % {"name": newsletter.name}
    has_ended = series is not None and series.ended_at is not None
    box = SubscribeBox(newsletter, topic=topic, page=page or None, heading=heading if has_ended else "")
    return str(box.render_html())


def series_of(page: Any) -> Any | None:
    """Return the series that a page is, or is a part of; None for any other page."""
    return page if hasattr(page, "topic_key") else getattr(page, "series", None)


def topic_of(series: Any) -> Any | None:
    """Return the Topic of a series, ended or not; None while it has none."""
    from onward_newsletter.models import Topic

    topics = Topic.objects.filter(key=series.topic_key).select_related("newsletter")
    return topics.order_by(F("ended_at").asc(nulls_first=True), "newsletter_id", "pk").first()


def is_followed(series: Any) -> bool:
    """Return whether the series has a topic that has not ended."""
    return is_installed() and (topic := topic_of(series)) is not None and topic.ended_at is None


def following_is_over(series: Any) -> bool:
    """Return whether the topic of the series has ended: nobody follows it, and nobody can any more."""
    return is_installed() and (topic := topic_of(series)) is not None and topic.ended_at is not None


def followed_keys(prefix: str) -> list[str]:
    """Return the keys of the topics that have not ended and begin like this; one query."""
    if not is_installed():
        return []
    from onward_newsletter.models import Topic

    return list(Topic.objects.filter(key__startswith=prefix, ended_at=None).values_list("key", flat=True))


def end_following(series: Any) -> int:
    """End every topic of a series and the subscriptions to it; return how many subscriptions ended."""
    if not is_installed():
        return 0
    from onward_newsletter.actions.subscribing import end_topic
    from onward_newsletter.models import Topic

    return sum(end_topic(topic) for topic in Topic.objects.filter(key=series.topic_key))


def followers_of_series(series: Any) -> tuple[int, int]:
    """Return how many people follow the series by itself, and how many of them follow nothing else."""
    if not is_installed() or (topic := topic_of(series)) is None:
        return 0, 0
    from onward_newsletter.models import Subscription

    mine = Subscription.objects.active().filter(topic=topic)
    others = _others(topic).filter(subscriber=OuterRef("subscriber"))
    return mine.count(), mine.filter(~Exists(others)).count()


def only_followers(series: Any, subscribers: Iterable[Any]) -> list[int]:
    """Return the primary keys of those of these subscribers who follow this series and nothing else."""
    if not is_installed() or (topic := topic_of(series)) is None:
        return []
    from onward_newsletter.models import Subscription

    found: list[int] = []
    for some in batches(subscriber.pk for subscriber in subscribers):
        mine = Subscription.objects.active().filter(topic=topic, subscriber__in=some)
        others = _others(topic).filter(subscriber=OuterRef("subscriber"))
        found += mine.filter(~Exists(others)).values_list("subscriber_id", flat=True)
    return found


def _others(topic: Any) -> Any:
    """Return the active subscriptions to anything else that still brings mail."""
    from onward_newsletter.models import Subscription

    goes_on = Q(topic=None) | Q(topic__ended_at=None)
    return Subscription.objects.active().filter(goes_on).exclude(topic=topic)
