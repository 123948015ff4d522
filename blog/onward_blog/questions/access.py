"""Which series take questions, and who may decide about them."""

from typing import Any

import swapper
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from wagtail.permission_policies.pages import PagePermissionPolicy

from onward_blog.mixins import SeriesMixin
from onward_blog.models import ReaderQuestion
from onward_blog.serving import public_page_or_404

from .errors import QuestionsClosed


#: Who may edit or publish a series decides about its questions.
ACTIONS = ["change", "publish"]


def series_or_404(page_id: int) -> Any:
    """Return the series if anybody may read it; raise Http404 otherwise."""
    page = public_page_or_404(page_id)
    if not isinstance(page, SeriesMixin):
        raise Http404
    return page


def takes_questions(series: Any) -> bool:
    """Return whether a new question is taken now: the series is out and has not ended."""
    expired = series.expire_at is not None and series.expire_at <= timezone.now()
    return bool(series.pk and series.live and series.ended_at is None and not expired)


def refuse_when_closed(series: Any) -> None:
    """Raise QuestionsClosed unless the series takes questions now."""
    if not takes_questions(series):
        raise QuestionsClosed


def series_of(question: ReaderQuestion) -> Any:
    """Return the series a question belongs to, as its own kind of page."""
    return swapper.load_model("wagtailcore", "Page").objects.get(pk=question.page_id).specific


def questions_for(user: Any) -> "QuerySet[ReaderQuestion]":
    """Return the questions this account may decide about."""
    questions = ReaderQuestion.objects.all()
    if user.is_active and user.is_superuser:
        return questions
    pages = PagePermissionPolicy().instances_user_has_any_permission_for(user, ACTIONS)
    return questions.filter(page_id__in=pages.order_by().values("pk"))


def may_decide(user: Any, series: Any) -> bool:
    """Return whether this account decides about the questions of this series."""
    policy = PagePermissionPolicy()
    return bool(user.is_active and policy.user_has_any_permission_for_instance(user, ACTIONS, series))


def may_decide_anything(user: Any) -> bool:
    """Return whether this account decides about the questions of any series at all."""
    return bool(PagePermissionPolicy().user_has_any_permission(user, ACTIONS))
