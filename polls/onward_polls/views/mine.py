"""My answers: what this browser has answered, and everything its reader may still do with it.

Each step is a page with one button: opening it changes nothing, and no script is needed.
"""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from onward_polls.actions import withdraw_ballot, withdraw_consent
from onward_polls.actions.permission import answer_permission
from onward_polls.conf import polls_settings
from onward_polls.erasure import erase_ballot
from onward_polls.errors import NotYourAnswer, PollError
from onward_polls.models import Ballot
from onward_polls.my_answers import MyAnswer, cut_links, find_my_answer, my_answers
from onward_polls.posts import carries_token, read_post
from onward_polls.readers import browser_of, identity_of, start_afresh

from .answering import personal


#: What the page says after each step.
DONE: dict[str, str | Promise] = {
    "consent": _lazy("Saved. You can change it here at any time."),
    "stop": _lazy("You are not quoted any more. Where you were, the quote is being taken out."),
    "withdraw": _lazy("Your answer was taken back, with everything you added to it."),
    "erase": _lazy("Deleted. Nothing leads from that answer to you any more."),
    "leave": _lazy("This browser does not hold that answer any more. You can answer as yourself."),
    "forget": _lazy("This browser is a new reader now. What it answered before stays counted."),
}


@personal("GET", "HEAD")
def answers(request: HttpRequest) -> HttpResponse:
    """List every answer of this browser, and of whoever is signed in; sets no cookie."""
    context: dict[str, object] = {
        "answers": my_answers(request),
        "done": DONE.get(request.GET.get("done", ""), ""),
        "has_browser": browser_of(request) is not None,
    }
    return _page(request, "mine", context)


@personal("GET", "HEAD", "POST")
def step(request: HttpRequest, ballot: UUID, name: str) -> HttpResponse:
    """Ask whether the reader means it, or do it."""
    answer = find_my_answer(request, ballot)
    offered = {"consent": answer.has_words, "stop": answer.is_quotable, "withdraw": answer.can_withdraw}
    offered |= {"erase": answer.can_erase, "leave": answer.is_linked}
    if not offered.get(name):
        raise StepTooLate
    fields = read_post(request) if request.method == "POST" else QueryDict()
    error: PollError | None = None
    if request.method == "POST" and carries_token(request):
        try:
            STEPS[name](request, answer, fields)
            return _back(name)
        except PollError as refused:
            error = refused
    context: dict[str, object] = {
        "answer": answer,
        "step": name,
        "consents": Ballot.Consent.choices,
        "consent": fields.get("consent", answer.ballot.consent),
        "credit": fields.get("credit", answer.ballot.credit),
        "error": str(error or (_("Please press the button once more.") if fields else "")),
    }
    return _page(request, "mine_step", context, status=error.status if error else 403 if fields else 200)


@personal("GET", "HEAD", "POST")
def forget(request: HttpRequest) -> HttpResponse:
    """Make this browser a new reader: for somebody else who uses it."""
    if identity_of(request) is None:
        return _back("")
    if request.method == "POST":
        read_post(request)
        if carries_token(request):
            response = _back("forget")
            start_afresh(response)
            return response
    status = 403 if request.method == "POST" else 200
    return _page(request, "mine_step", {"step": "forget"}, status=status)


def _consent(request: HttpRequest, answer: MyAnswer, fields: QueryDict) -> None:
    answer_permission(answer.ballot, consent=fields.get("consent", ""), credit=fields.get("credit", ""))


def _erase(request: HttpRequest, answer: MyAnswer, fields: QueryDict) -> None:
    if answer.can_withdraw:
        # While it could be cast again, a vote that nobody is known to have cast must not stay in the count.
        withdraw_ballot(answer.ballot)
    erase_ballot(answer.ballot)


STEPS: dict[str, Callable[[HttpRequest, MyAnswer, QueryDict], None]] = {
    "consent": _consent,
    "stop": lambda request, answer, fields: withdraw_consent(answer.ballot),
    "withdraw": lambda request, answer, fields: withdraw_ballot(answer.ballot),
    "erase": _erase,
    "leave": lambda request, answer, fields: cut_links(answer, request),
}


def _page(request: HttpRequest, name: str, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    known = identity_of(request) is not None
    context |= {"base_template": polls_settings().BASE_TEMPLATE, "known": known}
    if known and name == "mine_step":
        context["csrf_token_value"] = get_token(request)
    response = render(request, f"onward_polls/pages/{name}.html", context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _back(done: str) -> HttpResponse:
    here = reverse("onward_polls:mine")
    return HttpResponseRedirect(f"{here}?done={done}" if done else here, status=303)


class StepTooLate(NotYourAnswer):
    """What the page offered when it was opened is not possible any more."""

    status = 409

    def __init__(self) -> None:
        PollError.__init__(
            self, _("That is not possible any more for this answer. Open “My answers” to see what is.")
        )
