"""The response source of polls: what was asked in an article, what was answered, and what may be quoted."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Max
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from onward_blog.models import ResponseFold
from onward_blog.responses.base import Quote, ResponseSummary
from onward_blog.responses.heads import folded_polls
from onward_blog.responses.windows import within
from onward_polls.models import Ballot, Poll

from .counts import ballots_in, count, group_of, numbers_of
from .finding import polls_of
from .frozen import facts_to_freeze
from .marks import marks_of_pages
from .quotes import quotes_from, themes_of
from .shown import is_open, shown_breakdowns, shown_tallies


#: Facts of the groups that are facts of the whole article too, added up.
ADDED_UP = ("words", "quotable", "excluded")


class PollSource:
    """Answers are counted from ballots; a ballot belongs to the window in which it was first cast.

    With ``public`` it knows only the polls whose results readers may see, once they have voted, today.
    """

    slug = "polls"
    label = _("Polls")

    def __init__(self, *, public: bool = False) -> None:
        self.public = public

    def for_readers(self) -> "PollSource":
        return PollSource(public=True)

    def left_out(self, article: Any) -> list[str]:
        """Return a sentence for those questions that are for editors only, and one for those still open."""
        secret = [poll for poll in polls_of(article) if not poll.shows_results(voted=True)]
        n = sum(poll.results_visibility == Poll.ResultsVisibility.EDITORS for poll in secret)
        waiting = len(secret) - n
        editors = ngettext(
            "%(n)d question is left out: its results are for editors only.",
            "%(n)d questions are left out: their results are for editors only.",
            n,
        )
        still_open = ngettext(
            "%(n)d question is left out: it is still open, and its results are shown only once it has closed.",
            "%(n)d questions are left out: they are still open, and their results are shown only once they have closed.",
            waiting,
        )
        return [
            text % {"n": how_many} for text, how_many in ((editors, n), (still_open, waiting)) if how_many
        ]

    def _polls(self, article: Any) -> list[Poll]:
        return [poll for poll in polls_of(article) if not self.public or poll.shows_results(voted=True)]

    def summarise(
        self, article: Any, *, since: datetime | None = None, until: datetime | None = None
    ) -> ResponseSummary | None:
        """Return one group for each poll, with its options as lines; None for an article without a poll.

        Facts of a group: words (how many wrote some), quotable (how many of them may be quoted), themes {name: how
        many of them the author put under it}, excluded (how many ballots are set aside and in no other number),
        doors {door: n}, first_at and last_at of its ballots, closes_at, visibility, follows (the id of the earlier
        poll, or null).
        """
        polls = self._polls(article)
        if not polls:
            return None
        ballots = ballots_in(polls, since, until)
        heads, marks, aside = count(polls, since, until)
        themes = themes_of(ballots, polls)
        groups = tuple(
            group_of(
                poll, heads[poll.pk], marks, {"excluded": aside[poll.pk], "themes": themes.get(poll.pk, {})}
            )
            for poll in polls
        )
        return ResponseSummary(
            source=self.slug,
            label=str(self.label),
            total=sum(group.total for group in groups),
            groups=groups,
            first_at=min((h.first for h in heads.values() if h.first), default=None),
            last_at=max((h.last for h in heads.values() if h.last), default=None),
            facts={key: sum(group.facts[key] for group in groups) for key in ADDED_UP},
        )

    def quotes(
        self, article: Any, *, since: datetime | None = None, until: datetime | None = None
    ) -> list[Quote]:
        """Return the sentences whose writers allowed it, poll by poll: starred ones first, then those that read well."""
        polls = self._polls(article)
        return quotes_from(polls, ballots_in(polls, since, until), source=self.slug)

    def last_at(self, article: Any, *, since: datetime | None, until: datetime) -> datetime | None:
        """Return when the last ballot of the window was cast, set aside or not; one query."""
        polls = [poll.pk for poll in self._polls(article)]
        window = Ballot.objects.standing().filter(within("cast_at", since, until), poll__in=polls)
        last: datetime | None = window.aggregate(last=Max("cast_at"))["last"]
        return last

    def facts_to_freeze(
        self, article: Any, *, since: datetime | None, until: datetime
    ) -> dict[str, dict[str, Any]]:
        """Return what a roundup says of each question beside its numbers; see ``frozen``."""
        return facts_to_freeze(self._polls(article), since, until, public=self.public)

    def shown(self, article: Any) -> Any:
        """Return the folded tallies that stand in the page, and which polls take answers."""
        polls = polls_of(article)
        return {
            "tallies": shown_tallies(polls),
            "breakdowns": shown_breakdowns(polls),
            "open": sorted(poll.pk for poll in polls if is_open(poll)),
        }

    def numbers(self, article: Any, since: datetime | None, until: datetime) -> dict[str, int]:
        """Return the answers of the window, those from the mail, and the words written in it; two queries."""
        return numbers_of(self._polls(article), since, until)

    def marks(self, pages: Sequence[int]) -> dict[int, str]:
        """Return what was counted, and how the questions stand, in short; see ``marks``."""
        return marks_of_pages(pages)

    def recent(self, articles: Sequence[Any], since: datetime) -> dict[int, dict[str, int]]:
        """Return {page id: {"answers": …, "words": …}} given since then; three queries for all articles.

        Which polls an article asks is known from its last fold, without reading the text.
        """
        folds = ResponseFold.objects.filter(page__in=[article.pk for article in articles])
        polls = {fold.page_id: folded_polls(fold.data) for fold in folds}
        asked = {poll for of_one in polls.values() for poll in of_one}
        ballots = Ballot.objects.counted().filter(poll__in=asked)
        cast, wrote = (
            Counter(dict(some.values_list("poll_id").annotate(n=Count("pk"))))
            for some in (ballots.filter(cast_at__gte=since), ballots.with_words_between(since, None))
        )
        return {
            page: {
                "answers": sum(cast[poll] for poll in of_one),
                "words": sum(wrote[poll] for poll in of_one),
            }
            for page, of_one in polls.items()
        }
