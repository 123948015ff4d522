"""Whether anything about the polls in a page has changed, found out for all pages at once and without a ballot."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Count, Max, Sum

from onward_blog.responses.body import shown_in
from onward_polls.models import Ballot, Poll, Tally, TallyDelta, WordsNote

from .shown import is_open


def marks_of_pages(pages: Sequence[int]) -> dict[int, str]:
    """Return {page id: text} of the pages with polls; seven queries.

    The text is another one when a fold of the page would be: rows of tallies and their changes get new numbers
    whenever a count moves, and words are counted by an index of their own.
    """
    polls = shown_in(pages, Poll)
    asked = {poll.pk: poll for poll in _polls({pk for of_one in polls.values() for pk in of_one})}
    # A question asked again shows the earlier numbers beside its own.
    numbers = _numbers(asked.keys() | {poll.follows_id for poll in asked.values() if poll.follows_id})
    return {
        page: repr([(_state(asked[pk]), numbers[pk], numbers.get(asked[pk].follows_id)) for pk in of_one])
        for page, of_one in polls.items()
    }


def _polls(ids: Iterable[int]) -> Iterable[Poll]:
    return Poll.objects.filter(pk__in=list(ids)).select_related("breakdown")


def _state(poll: Poll) -> tuple[Any, ...]:
    breakdown = getattr(poll, "breakdown", None)
    return (
        poll.pk,
        poll.question,
        poll.kind,
        poll.closes_at,
        poll.results_visibility,
        poll.words_prompt,
        poll.wording_version,
        poll.shows_results(voted=False),
        is_open(poll),
        breakdown and breakdown.computed_at,
    )


def _numbers(polls: Iterable[int]) -> defaultdict[int, list[Any]]:
    ids = list(polls)
    notes = WordsNote.objects.filter(theme__poll__in=ids)
    written = Ballot.objects.counted().with_words().filter(poll__in=ids)
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for rows in (
        Tally.objects.filter(poll__in=ids).values_list("poll_id").annotate(Max("pk"), Count("pk")),
        TallyDelta.objects.filter(poll__in=ids).values_list("poll_id").annotate(Max("pk"), Count("pk")),
        written.values_list("poll_id", "consent").annotate(Count("pk")),
        notes.values_list("theme__poll_id").annotate(Count("pk"), Sum("theme_id")),
    ):
        for poll, *numbers in sorted(rows):
            found[poll].append(numbers)
    return found
