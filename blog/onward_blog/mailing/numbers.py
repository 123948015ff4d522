"""What the newsletter did for an article and for a series in a window of time, as numbers by column."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count

from onward_blog.responses.windows import within

from .newsletter import is_installed


def mails_in(article: Any, since: datetime | None, until: datetime) -> dict[str, int]:
    """Return {"mailed": how many mails of the article a server accepted in the window}; one query."""
    if not is_installed():
        return {}
    from onward_newsletter.models import Delivery

    submitted = Delivery.objects.filter(issue__page=article.pk, state="submitted")
    return {"mailed": submitted.filter(within("submitted_at", since, until)).count()}


def followers_in(series: Any, since: datetime | None, until: datetime) -> dict[str, int]:
    """Return {"subscribers": how many confirmed in the window that they follow the series}; one query.

    Who has left since is among them: what a window says does not change.
    """
    if not is_installed():
        return {}
    from onward_newsletter.models import Subscription

    confirmed = Subscription.objects.filter(topic__key=series.topic_key)
    return {"subscribers": confirmed.filter(within("confirmed_at", since, until)).count()}


def mails_by_page(pages: Sequence[int], since: datetime | None) -> dict[int, int]:
    """Return {page id: how many mails of the article a server has accepted since then}; one query for all."""
    if not is_installed():
        return {}
    from onward_newsletter.models import Delivery

    submitted = Delivery.objects.filter(issue__page__in=pages, state="submitted")
    rows = submitted.filter(within("submitted_at", since, None)).values_list("issue__page")
    return dict(rows.annotate(n=Count("pk")).order_by())


def followers_by_series(pages: Sequence[int], since: datetime | None) -> dict[int, int]:
    """Return {page id: how many have confirmed since then that they follow the series}; one query for all."""
    if not is_installed():
        return {}
    from onward_newsletter.models import Subscription

    keys = {f"series:{page}": page for page in pages}
    confirmed = Subscription.objects.filter(topic__key__in=keys).filter(within("confirmed_at", since, None))
    rows = confirmed.exclude(confirmed_at=None).values_list("topic__key").annotate(n=Count("pk")).order_by()
    return {keys[key]: n for key, n in rows}
