"""Pages and forms of readers' questions. Reading changes nothing and sets no cookie; what acts is a POST."""

from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from onward_blog import browser
from onward_blog.serving import refuse_foreign_origin

from . import actions, posting, queries
from .access import series_or_404, takes_questions
from .components import QuestionList, form_context
from .errors import QuestionError


@never_cache
@require_safe
def read_questions(request: HttpRequest, page_id: int) -> HttpResponse:
    """Show every public question of a series, and what this browser asked and wants."""
    series = series_or_404(page_id)
    questions = QuestionList(series, request=request).render_html()
    return posting.page_of_questions(request, "questions", series=series, questions=questions)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, page_id: int) -> HttpResponse:
    """GET shows the form on a page of its own; POST takes a question."""
    refuse_foreign_origin(request)
    series = series_or_404(page_id)
    if request.method == "POST":
        return posting.answer_question(request, series)
    takes = takes_questions(series)
    return posting.page_of_questions(request, "ask", series=series, is_closed=not takes, **form_context(None))


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def want(request: HttpRequest, question_id: int) -> HttpResponse:
    """GET shows one question and its button; POST notes that a reader wants it answered, or takes that back."""
    refuse_foreign_origin(request)
    question = queries.public_question(question_id)
    if question is None:
        raise Http404
    series = series_or_404(question.page_id)
    if request.method == "POST":
        return posting.answer_wish(request, question, series)
    token = get_token(request) if browser.identity_of(request) else ""
    return posting.wish_page(request, question, series, token=token)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def address(request: HttpRequest, token: str) -> HttpResponse:
    """Show the buttons; only pressing one confirms the address, or deletes it. The link says who is asking."""
    refuse_foreign_origin(request)
    removes = request.method == "POST" and "remove" in request.POST
    act = actions.forget_address if removes else actions.confirm_address
    try:
        question = act(token) if request.method == "POST" else actions.question_of_token(token)
    except QuestionError as error:
        return posting.page_of_questions(request, "address", status=error.status, sentence=error.sentence)
    series = question.page.specific
    return posting.page_of_questions(request, "address", question=question, series=series, removed=removes)
