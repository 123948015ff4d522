"""One person's questions: out, and away."""

from typing import Any

from django.db import transaction

from onward_blog import versions
from onward_blog.models import ReaderQuestion
from onward_blog.roundups.actions import withdraw_quotes


def export_questions(address: str) -> list[dict[str, Any]]:
    """Return every question with an address: ``series``, ``words``, ``asked_at`` (ISO 8601), ``state``.

    An address is deleted once its owner has been told; what was asked stays without it, and belongs to nobody we know.
    """
    found = ReaderQuestion.objects.filter(address__iexact=address).select_related("page").order_by("pk")
    return [
        {
            "series": question.page.title,
            "words": question.words,
            "asked_at": question.asked_at.isoformat(),
            "state": question.state,
        }
        for question in found
    ]


def erase_questions(address: str) -> int:
    """Delete the questions with an address, and their words wherever they are quoted; return how many."""
    with transaction.atomic():
        found = list(ReaderQuestion.objects.filter(address__iexact=address))
        if not found:
            return 0
        withdraw_quotes("questions", [str(question.pk) for question in found])
        ReaderQuestion.objects.filter(pk__in=[question.pk for question in found]).delete()
        pages = {question.page_id for question in found}
        transaction.on_commit(lambda: versions.bump_all(pages))
    return len(found)
