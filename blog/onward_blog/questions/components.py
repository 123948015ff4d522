"""What a page shows of the questions of a series."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.forms import Media, Script
from django.middleware.csrf import get_token
from laces.components import Component

from onward_blog.browser import identity_of

from .access import takes_questions
from .forms import MAX_LENGTH, QuestionForm
from .queries import Shown, own_questions, public_questions


#: Open questions, and answered ones, shown on a page that is about more than them.
MOST_OPEN, MOST_ANSWERED = 8, 5


class QuestionList(Component):
    """The public questions of a series and the form to ask one: the same bytes for every reader; one query.

    With ``request``, on pages of the reader's own, it shows all of them, which the reader wants, and what the reader
    asked; and whoever has acted before gets the token that spares the second press.
    """

    template_name = "onward_blog/questions/list.html"

    def __init__(self, series: Any, *, request: Any = None, form: QuestionForm | None = None) -> None:
        self.series = series
        self.request = request
        self.form = form

    @property
    def media(self) -> Media:
        return Media(
            css={"all": ["onward_blog/questions.css"]},
            js=[Script("onward_blog/questions.js", type="module")],  # type: ignore[list-item]
        )

    def get_context_data(self, parent_context: Any = None) -> Mapping[str, Any]:
        identity = identity_of(self.request) if self.request else None
        found = public_questions(self.series, identity=identity)
        opened = [question for question in found if question.is_open]
        answered = [question for question in found if not question.is_open]
        is_whole = self.request is not None
        return {
            "series": self.series,
            "takes": takes_questions(self.series) and not _is_private(self.series),
            "open": opened if is_whole else opened[:MOST_OPEN],
            "answered": answered if is_whole else answered[:MOST_ANSWERED],
            "left": 0 if is_whole else _left(opened, answered),
            "count": len(found),
            "own": own_questions(self.series, identity),
            "is_whole": is_whole,
            **form_context(self.form, token=get_token(self.request) if identity else ""),
        }


def form_context(form: QuestionForm | None, *, token: str = "") -> dict[str, Any]:
    """Return what the form's template needs: what was typed, what is wrong with it, and the token or ""."""
    is_bound = form is not None and form.is_bound
    return {
        "typed": form.data if form is not None and is_bound else {},
        "errors": {name: str(errors[0]) for name, errors in form.errors.items()} if form is not None else {},
        "token": token,
        "max_length": MAX_LENGTH,
    }


def _left(opened: Sequence[Shown], answered: Sequence[Shown]) -> int:
    return max(0, len(opened) - MOST_OPEN) + max(0, len(answered) - MOST_ANSWERED)


def _is_private(series: Any) -> bool:
    """Return whether only some may read the series; no query where the site has no private page."""
    if not series.pk:
        return False
    return bool(series.get_view_restrictions().exists())
