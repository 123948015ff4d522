"""A subscriber's own page: what they get, a copy of their data, and the way out. No password, no login."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from onward_newsletter.actions.addresses import forget_address_change
from onward_newsletter.actions.notices import send_personal_data_link
from onward_newsletter.actions.personal_data import erase_subscriber, export_everything
from onward_newsletter.actions.preferences import PAUSES, choose, pause
from onward_newsletter.actions.subscribing import unsubscribe_all
from onward_newsletter.addresses import half_hidden
from onward_newsletter.clock import database_now
from onward_newsletter.deliveries import resolve_token
from onward_newsletter.models import AddressChange, Newsletter, Subscriber, Subscription, Topic
from onward_newsletter.tokens import InvalidToken, Purpose, read_subscriber

from .pages import gone, page_context, private_page


#: The buttons of the page, and the days each pauses; 0 ends the pause.
PAUSE_BUTTONS = {f"pause-{days}": days for days in (0, *PAUSES)}


@dataclass(frozen=True)
class Choice:
    """One line of the page: a topic, or everything when topic is None."""

    topic: Topic | None
    is_on: bool


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def manage(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows what the subscriber gets; POST does what its field ``do`` names and leads back here.

    ``save`` takes the boxes ticked; ``leave`` ends everything; ``pause-`` and a number of days pauses, ``pause-0``
    resumes; ``stay`` drops a wish for another address. ``export``, ``erase`` and ``move`` mail a link of their own, so
    that somebody to whom a mail was forwarded can neither read, nor remove, nor take over what is kept.
    """
    subscriber = _subscriber(token)
    if subscriber is None:
        return gone(request)
    if request.method == "POST":
        done = _do(request, subscriber)
        return HttpResponseRedirect(
            f"{reverse('onward_newsletter:manage', args=[token])}?done={done}", status=303
        )
    context = page_context(
        address=half_hidden(subscriber.address),
        newsletters=[
            (newsletter, _choices(subscriber, newsletter)) for newsletter in _newsletters(subscriber)
        ],
        done=request.GET.get("done", ""),
        is_suppressed=subscriber.state == Subscriber.State.SUPPRESSED,
        paused_until=_paused_until(subscriber),
        new_address=_new_address(subscriber),
    )
    return render(request, "onward_newsletter/manage.html", context)


def _subscriber(token: str) -> Subscriber | None:
    """Return whose page it is: by a delivery's short token, as in issues, or by a signed one, as in other mail."""
    if ":" not in token:
        delivery = resolve_token(token)
        return delivery.subscriber if delivery else None
    try:
        return read_subscriber(Purpose.MANAGE, token)
    except InvalidToken:
        return None


def _newsletters(subscriber: Subscriber) -> list[Newsletter]:
    ours = Newsletter.objects.filter(subscriptions__subscriber=subscriber).distinct()
    return list(ours.prefetch_related("topics"))


def _choices(subscriber: Subscriber, newsletter: Newsletter) -> list[Choice]:
    active = subscriber.subscriptions.filter(newsletter=newsletter, state=Subscription.State.ACTIVE)
    on = set(active.values_list("topic_id", flat=True))
    topics = [topic for topic in newsletter.topics.all() if topic.ended_at is None or topic.pk in on]
    return [Choice(None, None in on), *(Choice(topic, topic.pk in on) for topic in topics)]


def _paused_until(subscriber: Subscriber) -> datetime | None:
    until = subscriber.paused_until
    return until if until and until > database_now() else None


def _new_address(subscriber: Subscriber) -> str:
    change = AddressChange.objects.filter(subscriber=subscriber).first()
    return half_hidden(change.address) if change else ""


def _do(request: HttpRequest, subscriber: Subscriber) -> str:
    """Do what the button pressed asks for; return the word for what was done."""
    what = request.POST.get("do", "")
    if what in {"export", "erase", "move"}:
        send_personal_data_link(subscriber, Purpose(what))
        return what
    if what in PAUSE_BUTTONS:
        pause(subscriber, PAUSE_BUTTONS[what])
        return "pause" if PAUSE_BUTTONS[what] else "resume"
    if what == "stay":
        forget_address_change(subscriber)
        return what
    for newsletter in _newsletters(subscriber):
        if what == "leave":
            unsubscribe_all(subscriber, newsletter)
        elif what == "save":
            _save(request, subscriber, newsletter)
    return what if what in {"leave", "save"} else ""


def _save(request: HttpRequest, subscriber: Subscriber, newsletter: Newsletter) -> None:
    ticked = request.POST.getlist("want")
    topics = [topic for topic in newsletter.topics.all() if f"topic-{topic.pk}" in ticked]
    choose(subscriber, newsletter, everything=f"newsletter-{newsletter.pk}" in ticked, topics=topics)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def export(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button; POST downloads everything this app holds about the subscriber, as JSON."""
    try:
        subscriber = read_subscriber(Purpose.EXPORT, token)
    except InvalidToken:
        return gone(request)
    if request.method != "POST":
        context = page_context(address=half_hidden(subscriber.address))
        return render(request, "onward_newsletter/export.html", context)
    response = JsonResponse(
        export_everything(subscriber), json_dumps_params={"indent": 2, "ensure_ascii": False}
    )
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def erase(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks once more; POST erases the subscriber. The link opens nothing afterwards."""
    try:
        subscriber = read_subscriber(Purpose.ERASE, token)
    except InvalidToken:
        return gone(request)
    if request.method == "POST":
        erase_subscriber(subscriber)
        return render(request, "onward_newsletter/erased.html", page_context())
    context = page_context(address=half_hidden(subscriber.address))
    return render(request, "onward_newsletter/erase.html", context)
