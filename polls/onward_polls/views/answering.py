"""What every poll view shares: finding the poll, showing its card, and answering a refusal."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from onward_polls.components import PollCard, State
from onward_polls.components.addresses import with_way_back
from onward_polls.conf import polls_settings
from onward_polls.errors import PollError
from onward_polls.fairness.networks import network_hash
from onward_polls.models import Ballot, Poll
from onward_polls.placement import is_public
from onward_polls.posts import Place, place_of, wants_fragment
from onward_polls.readers import (
    ReaderView,
    browser_of,
    ensure_identity,
    identity_of,
    view_reader,
    view_request,
)


View = Callable[..., HttpResponse]

#: What Django's ``never_cache`` says, written down.
NEVER_STORED = "max-age=0, no-cache, no-store, must-revalidate, private"


class PollNotFound(PollError):
    """The poll does not exist, or stands on no page that readers can open."""

    status = 404

    def __init__(self) -> None:
        super().__init__(_("This question is not open to readers: it may have been moved or taken down."))


def personal(*methods: str) -> Callable[[View], View]:
    """Make a view answer these methods, never be stored, check tokens itself, and turn errors into pages."""

    def decorate(view: View) -> View:
        @csrf_exempt
        @require_http_methods(methods)
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                response = view(request, *args, **kwargs)
            except PollError as error:
                response = show_sentence(request, error)
            response["Cache-Control"] = NEVER_STORED
            response["Referrer-Policy"] = "same-origin"
            return response

        return wrapped

    return decorate


@dataclass(frozen=True)
class Desk:
    """One request about one poll: who asks, from where, and how to answer."""

    request: HttpRequest
    poll: Poll
    place: Place
    identity: str | None

    @classmethod
    def open(cls, request: HttpRequest, poll_id: int, fields: QueryDict) -> "Desk":
        """Find the poll, or raise PollNotFound."""
        poll = Poll.objects.select_related("follows").prefetch_related("options").filter(pk=poll_id).first()
        if poll is None or not is_public(poll):
            raise PollNotFound
        return cls(request, poll, place_of(fields), identity_of(request))

    def look(self) -> ReaderView:
        """Return what this reader has done in the poll so far."""
        if self.identity == identity_of(self.request):
            return view_request(self.poll, self.request)
        return view_reader(self.poll, self.identity)

    @property
    def browser(self) -> str:
        """The browser of somebody who is signed in; empty where the browser itself is who answers."""
        browser = browser_of(self.request) or ""
        return browser if browser != self.identity else ""

    def show(self, card: PollCard, *, status: int = 200) -> HttpResponse:
        """Answer with a card: alone for a script, inside a page for everybody else."""
        if wants_fragment(self.request):
            response = HttpResponse(card.render_html(), status=status)
        else:
            context = {
                "base_template": polls_settings().BASE_TEMPLATE,
                "card": replace(card, heading="h1"),
                "poll": self.poll,
                "next_path": self.place.next_path,
            }
            response = render(self.request, "onward_polls/pages/poll.html", context, status=status)
        response["X-Onward-State"] = card.face.value
        return response

    def card(self, reader: ReaderView, **details: Any) -> PollCard:
        """Return this reader's card; it carries a token only once the browser has a cookie of ours."""
        known = self.identity is not None and self.identity == identity_of(self.request)
        token = get_token(self.request) if known else None
        return PollCard(
            self.poll,
            reader=reader,
            csrf_token=token,
            page_ref=self.place.page_ref,
            next_path=self.place.next_path,
            from_embed=self.place.door == Ballot.Door.EMBED,
            **details,
        )

    def ask_to_confirm(self, **filled: Any) -> HttpResponse:
        """Show the same form again with what was filled in, now with a token, and set both cookies."""
        return self.show_unconfirmed(self.card(self.look(), state=State.CONFIRM, **filled))

    def show_unconfirmed(self, card: PollCard) -> HttpResponse:
        """Show a card whose form only now holds a token; a script that was told to send may send once more."""
        response = self.show(replace(card, csrf_token=get_token(self.request)))
        ensure_identity(self.request, response)
        response["X-Onward-Unconfirmed"] = "1"
        return response

    def refuse(self, error: PollError, **filled: Any) -> HttpResponse:
        """Say what was wrong, beside the form as the reader left it."""
        self.poll.refresh_from_db(fields=["opens_at", "closes_at", "archived_at"])
        reader = self.look()
        reopens = reader.has_voted and not filled.get("draft") and self.poll.allow_change
        card = self.card(reader, state=State.CHANGE if reopens else None, error=str(error), **filled)
        return self.show(card, status=error.status)

    @property
    def network(self) -> str:
        """The hash that stands for the network this request came from, in this poll and today."""
        return network_hash(self.poll, self.request.META.get("REMOTE_ADDR", ""))

    def answered(self, reader: ReaderView | None = None, **details: Any) -> HttpResponse:
        """Show the result of what was done: the new card for a script, else the poll's own page.

        ``reader`` is what the reader has done by now, where that is known.
        """
        if wants_fragment(self.request):
            return self.show(self.card(reader or self.look(), **details))
        return self.see_other()

    def see_other(self, page: str = "") -> HttpResponse:
        """Send the browser to the poll's own page, by GET (RFC 9110, 15.4.4); ``page`` is its path if it is known."""
        page = page or reverse("onward_polls:poll", args=[self.poll.pk])
        path = with_way_back(page, page_ref=self.place.page_ref, next_path=self.place.next_path)
        return HttpResponseRedirect(path, status=303)


def show_sentence(request: HttpRequest, error: PollError) -> HttpResponse:
    """Answer with one sentence: for a script alone, else on a page."""
    context = {
        "base_template": polls_settings().BASE_TEMPLATE,
        "sentence": str(error),
        "way_on": error.way_on,
    }
    template = (
        "onward_polls/components/sentence.html"
        if wants_fragment(request)
        else "onward_polls/pages/sentence.html"
    )
    return render(request, template, context, status=error.status)
