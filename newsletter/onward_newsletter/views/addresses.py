"""Moving to another address: a form from the old mailbox, a button from the new one. No password, no login."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from onward_newsletter import limits
from onward_newsletter.actions.addresses import ask_for_address_change, confirm_address_change
from onward_newsletter.addresses import half_hidden
from onward_newsletter.forms import AddressForm
from onward_newsletter.tokens import InvalidToken, Purpose, read_address_change, read_subscriber

from .even_timing import evenly_timed
from .pages import gone, page_context, private_page


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@private_page
@evenly_timed
def move(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a form for the new address; POST asks its owner by mail, and answers the same whoever that is."""
    try:
        subscriber = read_subscriber(Purpose.MOVE, token)
    except InvalidToken:
        return gone(request)
    form = AddressForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if limits.network_may_ask(request.META.get("REMOTE_ADDR", "")):
            ask_for_address_change(subscriber, form.cleaned_data["address"])
        return render(request, "onward_newsletter/moving.html", page_context())
    context = page_context(
        address=half_hidden(subscriber.address),
        typed=form.data.get("address", ""),
        errors=[message for messages in form.errors.values() for message in messages],
    )
    return render(request, "onward_newsletter/move.html", context, status=422 if form.is_bound else 200)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def confirm_address(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows one button; POST lets the mail go to the new address. The link opens nothing afterwards."""
    try:
        change = read_address_change(token)
    except InvalidToken:
        return gone(request)
    context = page_context(address=half_hidden(change.address))
    if request.method != "POST":
        return render(request, "onward_newsletter/confirm_address.html", context)
    if confirm_address_change(change) is None:
        return gone(request)
    return render(request, "onward_newsletter/moved.html", context)
