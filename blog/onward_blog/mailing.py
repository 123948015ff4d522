"""The newsletter, as the blog uses it; active only when that app is installed.

The one module that imports ``onward_newsletter``. Everything here answers with nothing where it is not installed.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.apps import apps
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.text import slugify

from .batches import batches
from .responses.people import Holder


def is_installed() -> bool:
    """Return whether this project has the newsletter."""
    return apps.is_installed("onward_newsletter")


def enqueue(  # noqa: PLR0913 (the fields of a mail)
    *, purpose: str, address: str, subject: str, text: str, html: str = "", key: str | None = None
) -> bool:
    """Put one mail into the outbox; return False when its key is known or the address suppressed."""
    from onward_newsletter.actions.outbox import enqueue_mail

    mail = enqueue_mail(purpose=purpose, address=address, subject=subject, text=text, html=html, key=key)
    return mail is not None


def closed_to(purpose: str, addresses: Iterable[str]) -> set[str]:
    """Return which of these addresses may not be written to for this purpose; none without the newsletter app."""
    if not is_installed():
        return set()
    from onward_newsletter.addresses import address_key
    from onward_newsletter.suppressions import against

    closed: set[str] = set()
    for some in batches(addresses):
        keys = {address_key(address): address for address in some}
        found = against(purpose).filter(address_key__in=keys).values_list("address_key", flat=True)
        closed.update(keys[key] for key in found)
    return closed


def one_spelling(address: str) -> str:
    """Return the one spelling of an address, so that nobody is counted or written to twice."""
    if not is_installed():
        return address.strip().lower()
    from onward_newsletter.addresses import normalise_address

    return normalise_address(address)


def address_hash(address: str) -> str:
    """Return what stands for an address in keys and reports, without being one."""
    if not is_installed():
        return salted_hmac("onward_blog.address", one_spelling(address)).hexdigest()[:32]
    from onward_newsletter.addresses import address_key

    return address_key(one_spelling(address))[:32]


def topic_for_series(series: Any) -> Any | None:
    """Return the Topic that readers of a series follow, made on first use and renamed with the series.

    None without the newsletter app, and as long as there is no newsletter to hold the topic.
    """
    if not is_installed() or (newsletter := _newsletter()) is None:
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

    It shows what has been set up and makes nothing: a topic is made when its series is published.
    """
    if not is_installed():
        return ""
    topic = _topic_of(page)
    newsletter = topic.newsletter if topic else _newsletter()
    if newsletter is None:
        return ""
    from onward_newsletter.components import SubscribeBox

    return str(SubscribeBox(newsletter, topic=topic, page=page or None).render_html())


def _newsletter() -> Any | None:
    from onward_newsletter.models import Newsletter

    return Newsletter.objects.order_by("pk").first()


def _topic_of(page: Any) -> Any | None:
    from onward_newsletter.models import Topic

    series = page if hasattr(page, "topic_key") else getattr(page, "series", None)
    if not series:
        return None
    topics = Topic.objects.filter(key=series.topic_key, ended_at=None).select_related("newsletter")
    return topics.order_by("newsletter_id", "pk").first()


def issue_for_article(page: Any, format: str = "full", *, user: Any = None) -> Any | None:
    """Return the draft Issue that mails an article, made on first use; None without the newsletter app.

    ``format`` is "full", "excerpt" or "until_poll". The audience is the followers of the series and those who want
    everything. Raises ``onward_newsletter.actions.composing.NoNewsletter`` when there is no newsletter yet.
    """
    if not is_installed():
        return None
    from onward_newsletter.actions.composing import issue_for_page

    series = getattr(page, "series", None)
    return issue_for_page(page, format=format, topic=topic_for_series(series) if series else None, user=user)


def issue_of(page: Any) -> Any | None:
    """Return the first issue of a page that was not cancelled, or None."""
    if not is_installed():
        return None
    from onward_newsletter.models import Issue

    issues = Issue.objects.filter(page=page.pk, kind="article").exclude(state=Issue.State.CANCELLED)
    return issues.order_by("edition").first()


def issue_screen(issue: Any) -> str:
    """Return the admin path where an issue is previewed, tested and sent."""
    return reverse("onward_newsletter_issues:inspect", args=[issue.pk])


def issue_content(issue: Any) -> Any | None:
    """Return the IssueContent of an issue made from an article, None for any other issue."""
    from onward_newsletter.rendering import IssueContent

    from .mail_content import article_html

    page = _article_of(issue)
    if page is None:
        return None
    return IssueContent(article_html(page, issue.format), preview_text=getattr(page, "standfirst", ""))


def _article_of(issue: Any) -> Any | None:
    """Return the article of an issue as readers see it, or, before it is published, as its author last saved it."""
    from .mixins import ArticleMixin

    page = issue.page.specific if issue.page else None
    if not isinstance(page, ArticleMixin):
        return None
    return page if page.live else page.get_latest_revision_as_object()


def issue_findings(issue: Any) -> list[Any]:
    """Return the Findings about the article of an issue that is to be sent; see ``mail_findings``."""
    from onward_newsletter.preflight.findings import Finding, Level

    from .mail_findings import about_article

    found = about_article(page, issue.format) if (page := _article_of(issue)) else ()
    return [Finding(Level(level), *rest) for level, *rest in found]


def audience_slots(issue: Any, subscribers: Sequence[Any]) -> dict[int, dict[str, str]]:
    """Return {subscriber pk: {"personal_line": sentence}} for those whose answers the article takes up."""
    page = _article_of(issue)
    if page is None:
        return {}
    from .roundups.personal import personal_lines

    identities = {subscriber_identity(subscriber.uuid): subscriber.pk for subscriber in subscribers}
    lines = personal_lines(page, list(identities))
    return {identities[identity]: {"personal_line": line} for identity, line in lines.items()}


def submitted_count(page: Any, *, until: datetime) -> int | None:
    """Return how many mails of a page a server had accepted by then; None without the newsletter app."""
    if not is_installed():
        return None
    from onward_newsletter.models import Delivery

    return Delivery.objects.filter(issue__page=page.pk, state="submitted", submitted_at__lt=until).count()


def subscriber_identity(uuid: Any) -> str:
    """Return the identity under which a subscriber's ballots are kept; polls make reader keys from it."""
    return f"subscriber:{uuid}"


def holder_of(token: str) -> Holder | None:
    """Return whose mail carried the token; None for an unknown one, and for an erased subscriber."""
    if not is_installed():
        return None
    from onward_newsletter.addresses import half_hidden
    from onward_newsletter.deliveries import resolve_token

    if (delivery := resolve_token(token)) is None or delivery.subscriber is None:
        return None
    uuid, address = delivery.subscriber.uuid, delivery.subscriber.address
    return Holder(subscriber_identity(uuid), half_hidden(address), delivery.issue.page_id, address)


def followers(page: Any) -> dict[str, str]:
    """Return {address: identity} of everybody who gets the issues of this page's series; {} without the app."""
    if not is_installed() or (newsletter := _newsletter()) is None:
        return {}
    from onward_newsletter.audience import audience
    from onward_newsletter.models import Issue

    issue = issue_of(page) or Issue(newsletter=newsletter, topic=_topic_of(page))
    people = audience(issue).values_list("subscriber__address", "subscriber__uuid").distinct()
    return {address: subscriber_identity(uuid) for address, uuid in people}


def told_by_issue(page: Any) -> dict[str, str]:
    """Return {address: identity} of everybody who is told of the page by its issue; {} without the app.

    Before the issue is prepared these are the followers; then the people in its ledger who have it or still get it.
    """
    issue = issue_of(page)
    told = ledger_of(page, "pending", "claimed", "sending", "deferred", "in_doubt", "submitted")
    return told if issue is not None and issue.deliveries.exists() else {**followers(page), **told}


def ledger_of(page: Any, *states: str) -> dict[str, str]:
    """Return {address: identity} of those whose delivery of the page's issue is in one of these states."""
    if not is_installed():
        return {}
    from onward_newsletter.models import Delivery

    rows = Delivery.objects.filter(issue__page=page.pk, state__in=states, subscriber__isnull=False)
    people = rows.values_list("subscriber__address", "subscriber__uuid")
    return {address: subscriber_identity(uuid) for address, uuid in people}


def connect_issue_submitted(listener: Any) -> None:
    """Call listener(page) when the issue of an article has gone out; never without the app."""
    if is_installed():
        from onward_newsletter.signals import issue_submitted

        def on_submitted(sender: Any, issue: Any, **kwargs: Any) -> None:
            if page := _article_of(issue):
                listener(page)

        issue_submitted.connect(on_submitted, weak=False, dispatch_uid="onward_blog.issue_submitted")


def can_mail() -> bool:
    """Return whether there is a newsletter in which an article could be mailed."""
    return is_installed() and _newsletter() is not None


def pages_with_issue(pages: Sequence[int]) -> set[int]:
    """Return which of these pages have an issue, in whatever state; one query."""
    if not is_installed():
        return set()
    from onward_newsletter.models import Issue

    return set(Issue.objects.filter(page__in=list(pages)).values_list("page_id", flat=True))


def subscriber_count(*, since: datetime) -> tuple[int, int] | None:
    """Return how many subscribers are active, and how many of them began since then; None without the app."""
    if not is_installed():
        return None
    from django.db.models import Count, Min, Q

    from onward_newsletter.models import Subscription

    people = Subscription.objects.active().values("subscriber").annotate(first=Min("confirmed_at"))
    counts = people.aggregate(n=Count("subscriber"), new=Count("subscriber", filter=Q(first__gte=since)))
    return counts["n"], counts["new"]


def issue_formats() -> list[tuple[str, str]]:
    """Return (value, label) for how much of an article an issue may hold; [] without the newsletter app."""
    if not is_installed():
        return []
    from onward_newsletter.models import Issue

    return [(value, str(label)) for value, label in Issue.Format.choices]
