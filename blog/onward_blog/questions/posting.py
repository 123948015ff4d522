"""One press of a button, from the request to the answer; nothing that was typed is lost on the way."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from onward_blog import browser
from onward_blog.comments.csrf import has_valid_token
from onward_blog.conf import blog_settings
from onward_blog.limits import KeyedThrottle, network_of, seconds_to_wait
from onward_blog.models import ReaderQuestion

from . import actions
from .access import takes_questions
from .components import form_context
from .errors import QuestionError, QuestionsClosed
from .forms import QuestionForm
from .queries import wants, with_supporters


#: Says that one press is missing until something is noted.
UNCONFIRMED = "X-Onward-Unconfirmed"
WITHDRAW = "withdraw"


def answer_question(request: HttpRequest, series: Any) -> HttpResponse:
    """Take a question, or say what is missing with everything typed in its place."""
    identity = browser.identity_of(request) or browser.new_identity()
    form = QuestionForm(request.POST)
    return _remembering(request, identity, _take_question(request, series, form, identity))


def answer_wish(request: HttpRequest, question: ReaderQuestion, series: Any) -> HttpResponse:
    """Note that a reader wants a question answered too, or take that back."""
    identity = browser.identity_of(request) or browser.new_identity()
    return _remembering(request, identity, _take_wish(request, question, series, identity))


def page_of_questions(request: HttpRequest, name: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """Return one of the pages about questions."""
    context["base_template"] = blog_settings().BASE_TEMPLATE
    return render(request, f"onward_blog/questions/{name}.html", context, status=status)


def wish_page(
    request: HttpRequest, question: ReaderQuestion, series: Any, *, status: int = 200, **context: Any
) -> HttpResponse:
    """Return the page of one question with its one button."""
    counted = with_supporters(ReaderQuestion.objects.filter(pk=question.pk)).get()
    context = {
        "series": series,
        "question": counted,
        "is_open": question.state in actions.OPEN,
        "is_mine": wants(question, browser.identity_of(request)),
        "token": "",
        **context,
    }
    return page_of_questions(request, "question", status=status, **context)


def _remembering(request: HttpRequest, identity: str, response: HttpResponse) -> HttpResponse:
    if browser.identity_of(request) is None:
        browser.remember(response, identity)
    return response


def _take_question(request: HttpRequest, series: Any, form: QuestionForm, identity: str) -> HttpResponse:
    if not takes_questions(series):
        closed = QuestionsClosed()
        return _again(request, series, form, status=closed.status, sentence=str(closed.sentence))
    if not form.is_valid():
        return _again(request, series, form, status=400, sentence=form.first_error)
    if not has_valid_token(request):
        response = _again(request, series, form, asks=True)
        response[UNCONFIRMED] = "1"
        return response
    data = form.cleaned_data
    limits = [
        KeyedThrottle("question-browser", identity, allowed=5, seconds=600),
        KeyedThrottle("question-network", network_of(request), allowed=20, seconds=3600),
    ]
    if data["address"]:
        limits.append(KeyedThrottle("question-address", data["address"].casefold(), allowed=5, seconds=3600))
    if wait := seconds_to_wait(limits):
        response = _again(request, series, form, status=429, sentence=_too_often(wait))
        response["Retry-After"] = str(wait)
        return response
    try:
        question = actions.ask_question(series, actions.Draft(data["words"], identity, data["address"]))
    except QuestionError as error:
        return _again(request, series, form, status=error.status, sentence=str(error.sentence))
    return _back_to_list(series, question)


def _again(request: HttpRequest, series: Any, form: QuestionForm, **context: Any) -> HttpResponse:
    status = context.pop("status", 200)
    context |= {"series": series, **form_context(form, token=get_token(request))}
    return page_of_questions(request, "ask", status=status, **context)


def _take_wish(request: HttpRequest, question: ReaderQuestion, series: Any, identity: str) -> HttpResponse:
    withdraws = request.POST.get("do") == WITHDRAW
    try:
        actions.refuse_settled(question, series)
    except QuestionError as error:
        return wish_page(request, question, series, status=error.status, sentence=str(error.sentence))
    if not has_valid_token(request):
        response = wish_page(
            request, question, series, asks=True, withdraws=withdraws, token=get_token(request)
        )
        response[UNCONFIRMED] = "1"
        return response
    limits = [
        KeyedThrottle("wish-browser", identity, allowed=60, seconds=600),
        KeyedThrottle("wish-network", f"{network_of(request)} {question.pk}", allowed=30, seconds=3600),
    ]
    if not withdraws and (wait := seconds_to_wait(limits)):
        response = wish_page(request, question, series, status=429, sentence=_too_many_wishes(wait))
        response["Retry-After"] = str(wait)
        return response
    act = actions.withdraw_support if withdraws else actions.support_question
    try:
        act(question, identity)
    except QuestionError as error:
        return wish_page(request, question, series, status=error.status, sentence=str(error.sentence))
    return _back_to_list(series, question)


def _back_to_list(series: Any, question: ReaderQuestion) -> HttpResponse:
    where = reverse("onward_blog:questions", args=[series.pk])
    return HttpResponseRedirect(f"{where}#question-{question.pk}", status=303)


def _too_often(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return ngettext(
        "Those were many questions in a short time. Yours is kept: send it again in %(minutes)d minute.",
        "Those were many questions in a short time. Yours is kept: send it again in %(minutes)d minutes.",
        minutes,
    ) % {"minutes": minutes}


def _too_many_wishes(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return _("Many have pressed this button from your network. Press it again in %(minutes)d min.") % {
        "minutes": minutes
    }
