"""What readers wrote under an article, once it is public."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q, Sum
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from onward_blog.comments.queries import PublicComment, public_comments, published_comments
from onward_blog.models import CommentState

from .base import Group, Quote, ResponseSummary


#: How many comments, and how many open questions, are put before the author.
MOST = 12
#: Longer comments are cut for quoting, with an ellipsis; the whole stands under the article.
MOST_CHARACTERS = 500


class CommentSource:
    slug = "comments"
    label = _("Comments")

    def summarise(
        self, article: Any, *, since: datetime | None = None, until: datetime | None = None
    ) -> ResponseSummary | None:
        """Count readers' public comments; facts: threads, writers (by name), open_questions."""
        everything = list(public_comments(article, since, until))
        theirs = [comment for comment in everything if not comment.by_author]
        facts = {
            "threads": sum(comment.parent_pk is None for comment in theirs),
            "writers": len({comment.name for comment in theirs}),
            "open_questions": len(_open_questions(everything)),
        }
        moments = [comment.public_at for comment in theirs]
        return ResponseSummary(
            source=self.slug,
            label=str(self.label),
            total=len(theirs),
            groups=(Group("comments", "", "comments", len(theirs), facts=facts),) if theirs else (),
            first_at=min(moments, default=None),
            last_at=max(moments, default=None),
            facts=facts,
        )

    def quotes(
        self, article: Any, *, since: datetime | None = None, until: datetime | None = None
    ) -> list[Quote]:
        """Return open questions and the comments others answered most; what is public may be quoted."""
        everything = list(public_comments(article, since, until))
        questions = _open_questions(everything)
        asked = {comment.pk for comment in questions}
        best = sorted(
            (comment for comment in everything if not comment.by_author and comment.pk not in asked),
            key=lambda comment: (-comment.reply_count, comment.submitted_at, comment.pk),
        )
        return [
            *(_quote(comment, "comment") for comment in best[:MOST]),
            *(_quote(comment, "question") for comment in questions[:MOST]),
        ]

    def shown(self, article: Any) -> Any:
        """Return nothing: deciding on a comment bumps the page by itself."""
        return None

    def numbers(self, article: Any, since: datetime | None, until: datetime) -> dict[str, int]:
        """Return how many comments of readers became public in the window; one query."""
        theirs = published_comments(article.pk, since, until).filter(comment__user__onward_author=None)
        return {"comments": theirs.count()}

    def marks(self, pages: Sequence[int]) -> dict[int, str]:
        """Return how many comments are public, and which and when was the last of them; one query."""
        public = CommentState.objects.public().filter(page__in=pages).values_list("page_id")
        counted = public.annotate(Count("pk"), Max("pk"), Sum("comment_id"), Max("decided_at"))
        return {page: "/".join(map(str, numbers)) for page, *numbers in counted}

    def recent(self, articles: Sequence[Any], since: datetime) -> dict[int, dict[str, int]]:
        """Return {page id: {"comments": of readers, public since then, "held": waiting for a decision now}}; one query."""
        new = Q(state=CommentState.State.PUBLIC, comment__submit_date__gte=since)
        # The author's own answers are counted nowhere on the desk.
        new &= Q(comment__user__onward_author=None)
        held = Q(state=CommentState.State.HELD)
        rows = CommentState.objects.filter(page__in=[page.pk for page in articles]).values("page_id")
        counted = rows.annotate(comments=Count("pk", filter=new), held=Count("pk", filter=held))
        return {row["page_id"]: {"comments": row["comments"], "held": row["held"]} for row in counted}


def _open_questions(comments: Sequence[PublicComment]) -> list[PublicComment]:
    """Return readers' comments with a question mark that the author has not answered, oldest first."""
    answered = {comment.parent_pk for comment in comments if comment.by_author}
    return [
        comment
        for comment in comments
        if "?" in comment.text and not comment.by_author and comment.pk not in answered
    ]


def _quote(comment: PublicComment, role: str) -> Quote:
    words = Truncator(comment.text).chars(MOST_CHARACTERS)
    return Quote("comments", str(comment.pk), words, comment.name, "comments", role)
