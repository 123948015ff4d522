"""What copying adds to Wagtail; imported by this app's ``wagtail_hooks.py`` where polls are installed."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from wagtail import hooks

from onward_blog.responses.polls.copying import give_new_polls, questions_below

from .forms import Polls
from .views import CopyPageWithPollsView


#: Set on a request that is already answered by our view, which runs the same hooks.
MARK = "_onward_blog_copying"


# First: our view runs these hooks again, and a project's own should run once.
@hooks.register("before_copy_page", order=-10)
def ask_about_polls(request: HttpRequest, page: Any) -> HttpResponse | None:
    """Answer with a form that asks about polls when the page, or one below it, shows any."""
    if getattr(request, MARK, False):
        return None
    questions = questions_below(page)
    if not questions:
        return None
    setattr(request, MARK, True)
    response: HttpResponse = CopyPageWithPollsView.as_view(questions=questions)(request, page.pk)
    return response


@hooks.register("after_copy_page", order=-10)
def answer_about_polls(request: HttpRequest, page: Any, new_page: Any) -> None:
    """Give the copies polls of their own, unless the editor keeps the same ones; an alias keeps them."""
    if new_page.alias_of_id is None and request.POST.get("polls") != Polls.SAME:
        give_new_polls(new_page)
