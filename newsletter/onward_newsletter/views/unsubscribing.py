"""Leaving: by the mail program's own button (RFC 8058) and by the link in the mail."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from onward_newsletter.actions.subscribing import covering, unsubscribe, unsubscribe_all
from onward_newsletter.addresses import half_hidden
from onward_newsletter.deliveries import resolve_token
from onward_newsletter.links import manage_url, manage_url_of
from onward_newsletter.models import Newsletter, Subscriber, Topic
from onward_newsletter.tokens import InvalidToken, Purpose, read_subscription

from .pages import gone, page_context, private_page


@dataclass(frozen=True)
class Received:
    """A mail that somebody may want no more of; ``subscriber`` is None for one who was erased."""

    newsletter: Newsletter
    topic: Topic | None
    subscriber: Subscriber | None
    manage_url: str


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def unsubscribe_page(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a page with buttons and changes nothing; POST ends what the body names.

    ``List-Unsubscribe=One-Click`` is the mail program's POST of RFC 8058 (200, no redirect, no cookie, any number of
    times); ``leave=topic`` and ``leave=everything`` are the page's own buttons. Any other body is refused with 400.
    """
    received = _received(token)
    if request.method != "POST":
        return _page(request, received) if received and received.subscriber else gone(request)
    if request.POST.get("List-Unsubscribe") == "One-Click":
        return _one_click(received)
    return _by_button(request, received)


def _received(token: str) -> Received | None:
    """Return which mail a link was in: an issue, by a delivery's short token, or a welcome, by a signed one."""
    if ":" not in token:
        if (delivery := resolve_token(token)) is None:
            return None
        issue = delivery.issue
        return Received(issue.newsletter, issue.topic, delivery.subscriber, manage_url(token))
    try:
        subscription = read_subscription(Purpose.LEAVE, token)
    except InvalidToken:
        return None
    subscriber = subscription.subscriber
    return Received(subscription.newsletter, subscription.topic, subscriber, manage_url_of(subscriber))


def _one_click(received: Received | None) -> HttpResponse:
    """End what brought this mail; for someone who was erased since, there is nothing left to end."""
    if received is None:
        return HttpResponse(
            _("This link opens nothing."), status=410, content_type="text/plain; charset=utf-8"
        )
    _leave(received, everything=received.topic is None)
    return HttpResponse(_("You are unsubscribed."), content_type="text/plain; charset=utf-8")


def _by_button(request: HttpRequest, received: Received | None) -> HttpResponse:
    if received is None or received.subscriber is None:
        return gone(request)
    choice = request.POST.get("leave", "")
    if choice not in {"topic", "everything"}:
        return _page(request, received, status=400)
    _leave(received, everything=choice == "everything")
    context = page_context(received=received, choice=choice)
    return render(request, "onward_newsletter/unsubscribed.html", context)


def _leave(received: Received, *, everything: bool) -> None:
    """End the subscriptions that would bring the next mail like this one, not only the one that brought this."""
    if received.subscriber is None:
        return
    if everything:
        unsubscribe_all(received.subscriber, received.newsletter)
        return
    for subscription in covering(received.subscriber, received.newsletter, received.topic):
        unsubscribe(subscription)


def _page(request: HttpRequest, received: Received, status: int = 200) -> HttpResponse:
    address = half_hidden(received.subscriber.address) if received.subscriber else ""
    context = page_context(received=received, address=address)
    return render(request, "onward_newsletter/unsubscribe.html", context, status=status)
