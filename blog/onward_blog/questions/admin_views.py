"""The author's one screen about questions in the Wagtail admin, and what its buttons do."""

from typing import Any

import swapper
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.defaults import permission_denied

from onward_blog.models import ReaderQuestion

from . import queue
from .access import may_decide_anything, questions_for
from .deciding import DECISIONS, decide
from .errors import NotAllowed, QuestionError


State = ReaderQuestion.State


@require_safe
def show_queue(request: HttpRequest) -> HttpResponse:
    """Show questions by state, those that wait first; ``?state=``, ``?series=`` and ``?p=`` narrow it."""
    if not may_decide_anything(request.user):
        return _forbidden(request)
    asked = queue.Asked.from_query(request.GET)
    items = Paginator(queue.found(request.user, asked), queue.PER_SCREEN).get_page(request.GET.get("p"))
    decisions = queue.TABS[asked.state][1]
    context = {
        "header_title": _("Questions from readers"),
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": "", "label": _("Questions")},
        ],
        "header_icon": "help",
        "asked": asked,
        "tabs": _tabs(request, asked),
        "decisions": [(word, _label(word, asked.state)) for word in decisions if word != "answer"],
        "may_answer": "answer" in decisions,
        "items": items,
    }
    if "answer" in decisions:
        _give_parts(items.object_list)
    return render(request, "onward_blog/questions/admin/queue.html", context)


@require_POST
def decide_question(request: HttpRequest, question_id: int) -> HttpResponse:
    """Decide about one question: ``decision`` says how, ``seen`` from which state, ``part`` where it is answered."""
    question = questions_for(request.user).filter(pk=question_id).first()
    decision, seen = request.POST.get("decision", ""), request.POST.get("seen", "")
    part = request.POST.get("part", "")
    if question is None:
        return _forbidden(request)
    if decision not in DECISIONS or seen not in queue.TABS:
        messages.error(request, _("Nothing was changed. Load the page again, then choose what to do."))
        return _back(request)
    number = int(part) if part.isascii() and part.isdigit() and len(part) < 10 else None
    try:
        decide(question, decision, user=request.user, part=number, seen=seen)
    except NotAllowed:
        return _forbidden(request)
    except QuestionError as error:
        messages.error(request, str(error.sentence))
    else:
        messages.success(request, _done(decision))
    return _back(request)


def _label(word: str, state: State) -> Any:
    return queue.BACK_LABELS.get(state, queue.LABELS[word]) if word == "publish" else queue.LABELS[word]


def _tabs(request: HttpRequest, asked: queue.Asked) -> list[dict[str, Any]]:
    counts = queue.counts(request.user, asked)
    tabs = []
    for state, (label, _words) in queue.TABS.items():
        query = request.GET.copy()
        query["state"] = state
        query.pop("p", None)
        is_here = state == asked.state
        tabs.append(
            {
                "label": label,
                "url": f"?{query.urlencode()}",
                "count": counts.get(state, 0),
                "here": is_here,
            }
        )
    return tabs


def _give_parts(questions: Any) -> None:
    """Tell each question the live parts of its series, the latest first."""
    pages = swapper.load_model("wagtailcore", "Page").objects
    series = pages.filter(pk__in={question.page_id for question in questions}).specific()
    parts = {page.pk: list(reversed(page.live_parts())) for page in series}
    for question in questions:
        question.live_parts = parts.get(question.page_id, [])


def _done(decision: str) -> str:
    sentences = {
        "publish": _("The question is public: readers can want it answered too."),
        "reject": _("The question is rejected. Readers do not see it."),
        "pick": _("The question is picked. It stands in the draft when you write the next part."),
        "answer": _("The question is answered. Whoever asked to be told hears of it once."),
    }
    return sentences[decision]


def _back(request: HttpRequest) -> HttpResponse:
    """Lead back to the screen as it was; only its own query is taken over, never an address."""
    query = request.POST.get("query", "")
    where = reverse("onward_blog_questions:queue")
    is_query = query and len(query) < 500 and query.isprintable()
    return HttpResponseRedirect(f"{where}?{query}" if is_query else where)


def _forbidden(request: HttpRequest) -> HttpResponse:
    """Answer 403: Wagtail would lead to its front page instead, and a refused POST would look like a done one."""
    return permission_denied(request, PermissionError(NotAllowed.sentence))
