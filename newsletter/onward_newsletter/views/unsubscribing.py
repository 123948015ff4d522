"""Leaving: by the mail program's own button (RFC 8058) and by the link in the mail."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from onward_newsletter.actions.subscribing import covering, unsubscribe, unsubscribe_all
from onward_newsletter.addresses import half_hidden
from onward_newsletter.deliveries import resolve_token
from onward_newsletter.links import manage_url
from onward_newsletter.models import Delivery

from .pages import gone, page_context, private_page


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def unsubscribe_page(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a page with buttons and changes nothing; POST ends what the body names.

    ``List-Unsubscribe=One-Click`` is the mail program's POST of RFC 8058 (200, no redirect, no cookie, any number of
    times); ``leave=topic`` and ``leave=everything`` are the page's own buttons. Any other body is refused with 400.
    """
    delivery = resolve_token(token)
    if request.method != "POST":
        return _page(request, delivery) if delivery and delivery.subscriber else gone(request)
    if request.POST.get("List-Unsubscribe") == "One-Click":
        return _one_click(delivery)
    return _by_button(request, delivery)


def _one_click(delivery: Delivery | None) -> HttpResponse:
    """End what brought this mail; for someone who was erased since, there is nothing left to end."""
    if delivery is None:
        return HttpResponse(
            _("This link opens nothing."), status=410, content_type="text/plain; charset=utf-8"
        )
    if delivery.subscriber:
        _leave(delivery, everything=delivery.issue.topic is None)
    return HttpResponse(_("You are unsubscribed."), content_type="text/plain; charset=utf-8")


def _by_button(request: HttpRequest, delivery: Delivery | None) -> HttpResponse:
    if delivery is None or delivery.subscriber is None:
        return gone(request)
    choice = request.POST.get("leave", "")
    if choice not in {"topic", "everything"}:
        return _page(request, delivery, status=400)
    _leave(delivery, everything=choice == "everything")
    context = page_context(
        delivery=delivery, issue=delivery.issue, choice=choice, manage_url=manage_url(delivery.token)
    )
    return render(request, "onward_newsletter/unsubscribed.html", context)


def _leave(delivery: Delivery, *, everything: bool) -> None:
    """End the subscriptions that would bring the next mail like this one, not only the one that brought this."""
    issue, subscriber = delivery.issue, delivery.subscriber
    if subscriber is None:
        return
    if everything:
        unsubscribe_all(subscriber, issue.newsletter)
        return
    for subscription in covering(subscriber, issue.newsletter, issue.topic):
        unsubscribe(subscription)


def _page(request: HttpRequest, delivery: Delivery, status: int = 200) -> HttpResponse:
    address = half_hidden(delivery.subscriber.address) if delivery.subscriber else ""
    context = page_context(
        delivery=delivery, issue=delivery.issue, address=address, manage_url=manage_url(delivery.token)
    )
    return render(request, "onward_newsletter/unsubscribe.html", context, status=status)
