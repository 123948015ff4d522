"""The work a browser does before a mail is written, where the site asks for it."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from onward_newsletter import proof
from onward_newsletter.forms import SubscribeForm

from .pages import page_context, wants_fragment


@require_safe
@never_cache
def challenge(request: HttpRequest) -> HttpResponse:
    """Answer with a challenge; nothing is kept of it before it is solved."""
    if not proof.is_asked():
        raise Http404
    return JsonResponse(proof.new_challenge())


def has_worked(form: SubscribeForm) -> bool:
    """Return whether a valid form comes with solved work, or from the second step; always where none is asked for."""
    if not proof.is_asked():
        return True
    stamp = form.data.get("stamp", "")
    if stamp:
        return proof.is_stamped(stamp, form.cleaned_data["address"])
    return proof.is_done(form.data.get("proof", ""))


def second_step(request: HttpRequest, form: SubscribeForm) -> HttpResponse:
    """Show one more button to a browser that runs no script; the same for every address."""
    if wants_fragment(request):
        # The box's script sends the form once more as a plain one, which leads to the page.
        return HttpResponse(status=422)
    context = page_context(
        fields=[
            (name, form.data.get(name, "")) for name in ("newsletter", "topic", "scope", "next", "address")
        ],
        stamp=proof.new_stamp(form.cleaned_data["address"]),
    )
    return render(request, "onward_newsletter/second_step.html", context, status=422)
