"""Asking for a newsletter, and confirming that it was you."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe
from wagtail import hooks

from onward_newsletter import limits
from onward_newsletter.actions.subscribing import confirm, subscribe
from onward_newsletter.addresses import half_hidden
from onward_newsletter.components import SubscribeBox
from onward_newsletter.consent import consent_sentence
from onward_newsletter.forms import SubscribeForm, safe_path
from onward_newsletter.models import Newsletter, Subscription, Topic
from onward_newsletter.origins import is_foreign
from onward_newsletter.tokens import InvalidToken, Purpose, read_subscription

from .even_timing import evenly_timed
from .pages import gone, page_context, private_page, wants_fragment
from .proofs import has_worked, second_step


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@evenly_timed
def subscribe_page(request: HttpRequest) -> HttpResponse:
    """GET shows the box; POST asks the owner of the address by mail, and answers the same whoever that is."""
    newsletter = _newsletter(request.POST.get("newsletter") or request.GET.get("newsletter"))
    if request.method != "POST":
        return _page_with_box(request, newsletter, None)
    if is_foreign(request):
        return _refused(request, newsletter)
    form = SubscribeForm(newsletter, request.POST)
    if form.was_filled_in_by_a_program:
        return _asked(request, safe_path(request.POST.get("next", "")))
    if not form.is_valid():
        return _page_with_box(request, newsletter, form)
    if not has_worked(form):
        return second_step(request, form)
    if limits.network_may_ask(request.META.get("REMOTE_ADDR", "")):
        _subscribe(form)
    return _asked(request, form.cleaned_data["next"])


def _newsletter(slug: str | None) -> Newsletter:
    newsletters = Newsletter.objects.order_by("pk")
    if slug and not slug.isprintable():
        raise Http404
    return get_object_or_404(newsletters, slug=slug) if slug else get_object_or_404(newsletters[:1])


def _offered_topic(request: HttpRequest, newsletter: Newsletter) -> Topic | None:
    typed = (request.POST.get("topic") or request.GET.get("topic") or "").strip()
    is_number = typed.isdecimal() and len(typed) < 10
    return newsletter.topics.filter(pk=typed, ended_at=None).first() if is_number else None


def _subscribe(form: SubscribeForm) -> None:
    subscribe(
        form.of,
        address=form.cleaned_data["address"],
        topic=form.cleaned_data["topic"],
        consent_text=consent_sentence(),
        consent_page=form.cleaned_data["next"],
        source="page",
    )


def _asked(request: HttpRequest, next_path: str) -> HttpResponse:
    if wants_fragment(request):
        return render(request, "onward_newsletter/components/asked.html", {"next": next_path})
    query = f"?{urlencode({'next': next_path})}" if next_path else ""
    return HttpResponseRedirect(reverse("onward_newsletter:asked") + query, status=303)


def _page_with_box(request: HttpRequest, newsletter: Newsletter, form: SubscribeForm | None) -> HttpResponse:
    box = SubscribeBox(newsletter, topic=_offered_topic(request, newsletter), refused=form)
    if wants_fragment(request):
        return HttpResponse(box.render_html())
    status = 422 if form is not None else 200
    context = page_context(newsletter=newsletter, box_html=box.render_html())
    return render(request, "onward_newsletter/subscribe.html", context, status=status)


def _refused(request: HttpRequest, newsletter: Newsletter) -> HttpResponse:
    form = SubscribeForm(newsletter, request.POST)
    form.add_error(None, _("This form was sent from another site. Please press the button here."))
    box = SubscribeBox(newsletter, topic=_offered_topic(request, newsletter), refused=form)
    context = page_context(newsletter=newsletter, box_html=box.render_html())
    return render(request, "onward_newsletter/subscribe.html", context, status=403)


@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    """Say that a mail is on its way; the same for every address."""
    context = page_context(next=safe_path(request.GET.get("next", "")))
    return render(request, "onward_newsletter/asked.html", context)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def confirm_page(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows one button, so that a scanner that follows links confirms nothing; POST confirms.

    The token is the authority: no cookie and no CSRF token are needed, and mail programs keep neither.
    """
    try:
        subscription = read_subscription(Purpose.CONFIRM, token)
    except InvalidToken:
        return gone(request)
    if request.method == "POST":
        confirm(subscription)
        return _thank(subscription)
    address = half_hidden(subscription.subscriber.address)
    context = page_context(subscription=subscription, newsletter=subscription.newsletter, address=address)
    return render(request, "onward_newsletter/confirm.html", context)


def _thank(subscription: Subscription) -> HttpResponse:
    of = (
        {"topic": subscription.topic_id}
        if subscription.topic_id
        else {"newsletter": subscription.newsletter_id}
    )
    return HttpResponseRedirect(f"{reverse('onward_newsletter:thanks')}?{urlencode(of)}", status=303)


@require_safe
def thanks(request: HttpRequest) -> HttpResponse:
    """Thank for confirming, with what the hook ``onward_newsletter_after_confirming`` adds.

    Each function registered gets the request, the newsletter and the topic (either may be None) and returns HTML:
    the first part of a series, or a poll the reader has not answered.
    """
    topic = Topic.objects.filter(pk=_number(request, "topic")).select_related("newsletter").first()
    newsletter = (
        topic.newsletter if topic else Newsletter.objects.filter(pk=_number(request, "newsletter")).first()
    )
    pieces = (fn(request, newsletter, topic) for fn in hooks.get_hooks("onward_newsletter_after_confirming"))
    more = format_html_join("", "{}", ((piece,) for piece in pieces))
    context = page_context(topic=topic, newsletter=newsletter, more=more)
    return render(request, "onward_newsletter/thanks.html", context)


def _number(request: HttpRequest, name: str) -> int:
    typed = request.GET.get(name, "")
    return int(typed) if typed.isdecimal() and len(typed) < 10 else 0
