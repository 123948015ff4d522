"""Loading the demo: the series, and everything its readers did with it in two weeks."""

from collections.abc import Callable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onward_blog.pages.models import SeriesPage

from .accounts import make_author, name_site
from .answering import cast_ballots
from .asking import take_questions
from .content.series import MANAGER
from .discussion import hold_discussion
from .following import found_newsletter, gather_audience, gather_others, open_topics, settle_audience
from .next_part import begin_part_two, fold_answers
from .reading import ask_questions, draw_pictures, publish_series
from .sending import account_for_issue, prepare_part_one
from .sharing import count_shares
from .stage import Stage


Progress = Callable[[str, int, int], None]

#: In the order in which it would have happened, as far as one step needs what another made.
STEPS = (
    (_("the author"), (make_author, name_site)),
    (_("the pictures"), (draw_pictures,)),
    (_("the articles"), (ask_questions, found_newsletter, publish_series)),
    (_("the subscribers"), (open_topics, gather_audience)),
    (_("the newsletter"), (prepare_part_one, account_for_issue, settle_audience, gather_others)),
    (_("the votes"), (cast_ballots,)),
    (_("the comments"), (hold_discussion, take_questions, count_shares)),
    (_("the draft of Part 2"), (fold_answers, begin_part_two)),
)


def load_demo(*, progress: Progress | None = None) -> None:
    """Fill an empty site with the demo, all of it or nothing; a site that has it already is left as it is.

    ``progress`` is called with what is being made, how many steps are done, and how many there are. Two sites loaded
    at the same moment hold the same texts, answers and counts; only secrets (tokens, salts, the password's hash)
    differ.
    """
    if is_loaded():
        return
    stage = Stage(now=timezone.now())
    tell = progress or _say_nothing
    with transaction.atomic():
        for done, (label, makers) in enumerate(STEPS):
            tell(str(label), done, len(STEPS))
            for make in makers:
                make(stage)
    tell("", len(STEPS), len(STEPS))


def is_loaded() -> bool:
    """Return whether this site holds the demo."""
    return bool(SeriesPage.objects.filter(slug=MANAGER.slug).exists())


def _say_nothing(label: str, done: int, total: int) -> None:
    """Stand in for a caller that does not want to know."""
