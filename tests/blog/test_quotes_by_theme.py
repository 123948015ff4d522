"""The draft proposes of each theme a typical sentence and one that says it differently, if both may be quoted."""

from typing import Any

import pytest

from onward_blog.responses.canonical import canonical_json
from onward_blog.roundups.actions import compile_roundup
from onward_blog.roundups.draft import proposed_quotes
from onward_polls.models import Ballot, Poll, Theme, WordsNote
from tests.blog.answers import a_part, a_poll, a_series, words


pytestmark = pytest.mark.django_db

MEETINGS = (
    "Internal meetings with marketing take half of my week, every week.",
    "Meetings with marketing, meetings with product, internal meetings.",
    "Internal meetings take more of my week than marketing would believe.",
    "I sit in rooms without windows until the shops have closed.",
)
REPORTS = (
    "Reports for head office that nobody reads, and then reports about them.",
    "Head office wants reports, so I write reports for head office.",
    "On Fridays I turn one spreadsheet into another one.",
)


@pytest.fixture
def poll() -> Poll:
    return a_poll(results_visibility="always")


@pytest.fixture
def article(poll: Poll) -> Any:
    article = a_part(a_series(), body=[("poll", poll)])
    article.save_revision().publish()
    return article


def sorted_under(poll: Poll, name: str, *texts: str, consent: str = "name") -> list[Ballot]:
    theme, _new = Theme.objects.get_or_create(poll=poll, name=name)
    written = [words(poll, text, consent=consent) for text in texts]
    WordsNote.objects.bulk_create(WordsNote(ballot=ballot, theme=theme) for ballot in written)
    return written


def proposed(article: Any) -> list[str]:
    return [quote.words for quote in proposed_quotes(compile_roundup(article))]


def test_each_theme_has_its_typical_and_its_dissenting_sentence_the_largest_first(
    article: Any, poll: Poll
) -> None:
    sorted_under(poll, "Reports", *REPORTS)
    sorted_under(poll, "Meetings", *MEETINGS)
    words(poll, "This sentence is in no theme and would read well on its own.")

    found = proposed(article)

    assert found[1] == MEETINGS[3]
    assert found[0] in MEETINGS[:3]
    assert found[2] in REPORTS[:2]
    assert found[3] == REPORTS[2]


def test_a_starred_sentence_still_comes_first(article: Any, poll: Poll) -> None:
    sorted_under(poll, "Meetings", *MEETINGS)
    starred = words(poll, "Short.")
    WordsNote.objects.create(ballot=starred, starred=True)

    assert proposed(article)[0] == "Short."


def test_only_sentences_with_consent_are_proposed_but_all_make_the_middle(article: Any, poll: Poll) -> None:
    sorted_under(poll, "Meetings", *MEETINGS[:2], MEETINGS[3], consent="none")
    sorted_under(
        poll, "Meetings", MEETINGS[2], "Our steering committees are a theatre with very few spectators."
    )

    assert proposed(article) == [
        MEETINGS[2],
        "Our steering committees are a theatre with very few spectators.",
    ]


def test_a_theme_of_one_sentence_has_no_dissenting_one(article: Any, poll: Poll) -> None:
    sorted_under(poll, "Meetings", MEETINGS[0])

    assert proposed(article) == [MEETINGS[0]]


def test_the_roundup_is_the_same_in_whatever_order_the_author_sorted(article: Any, poll: Poll) -> None:
    written = [words(poll, text) for text in (*MEETINGS, *REPORTS)]
    themes = [Theme.objects.create(poll=poll, name=name) for name in ("Meetings", "Reports")]
    documents = set()
    for order in (written, written[::-1], written[3:] + written[:3]):
        WordsNote.objects.all().delete()
        for ballot in order:
            WordsNote.objects.create(ballot=ballot, theme=themes[ballot.words in REPORTS])
        documents.add(canonical_json(compile_roundup(article).data))

    assert len(documents) == 1
