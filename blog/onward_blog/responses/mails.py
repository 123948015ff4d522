"""What the newsletter did for an article and a series, as numbers of a window; nothing where it is not installed."""

from datetime import datetime
from typing import Any

from onward_blog import mailing

from .windows import within


def mails_of(article: Any, since: datetime | None, until: datetime) -> dict[str, int]:
    """Return {"mailed": how many mails of the article a server accepted in the window}; one query."""
    if not mailing.is_installed():
        return {}
    from onward_newsletter.models import Delivery

    submitted = Delivery.objects.filter(issue__page=article.pk, state="submitted")
    return {"mailed": submitted.filter(within("submitted_at", since, until)).count()}


def followers_of(series: Any, since: datetime | None, until: datetime) -> dict[str, int]:
    """Return {"subscribers": how many confirmed in the window that they follow the series}; one query.

    Who has left since is among them: what a window says does not change.
    """
    if not mailing.is_installed():
        return {}
    from onward_newsletter.models import Subscription

    confirmed = Subscription.objects.filter(topic__key=series.topic_key)
    return {"subscribers": confirmed.filter(within("confirmed_at", since, until)).count()}
