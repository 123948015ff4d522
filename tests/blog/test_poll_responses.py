"""What an author gets to write about: ballots set aside, words beside "other", stars and themes, reach."""

from typing import Any

import pytest
from django.utils import timezone

from onward_blog import mailing
from onward_blog.responses.canonical import canonical_json
from onward_blog.responses.folding import fold_responses
from onward_blog.roundups.actions import compile_roundup
from onward_blog.roundups.components import RoundupCard
from onward_blog.roundups.draft import proposed_quotes
from onward_blog.roundups.reading import Reading
from onward_newsletter.models import Delivery, Newsletter, Subscriber
from onward_polls.actions import rebuild_tallies
from onward_polls.models import Ballot, Option, Poll, Theme, WordsNote
from tests.blog.answers import a_part, a_poll, a_series, ballots, words
from tests.numbers import numbers_in


pytestmark = pytest.mark.django_db


@pytest.fixture
def poll() -> Poll:
    return a_poll(results_visibility="always")


@pytest.fixture
def article(poll: Poll) -> Any:
    article = a_part(a_series(), body=[("poll", poll)])
    article.save_revision().publish()
    return article


def set_aside(some: list[Ballot]) -> None:
    Ballot.objects.filter(pk__in=[ballot.pk for ballot in some]).update(
        excluded_at=timezone.now(), exclusion="network"
    )


def card_of(article: Any) -> str:
    return str(RoundupCard(compile_roundup(article)).render_html())


def test_ballots_set_aside_are_in_no_number_and_said(article: Any, poll: Poll) -> None:
    ballots(poll, {"Repair": 12, "Selling": 5})
    set_aside(ballots(poll, {"Selling": 40}))

    [question] = Reading(compile_roundup(article).data).questions
    html = card_of(article)

    assert (question.n, question.excluded) == (17, 40)
    assert [line.count for line in question.lines] == [12, 5]
    assert "40 more answers are set aside and not counted here." in html
    assert "57" not in numbers_in(html)


def test_nothing_is_said_of_what_is_not_set_aside(article: Any, poll: Poll) -> None:
    ballots(poll, {"Repair": 12})

    assert "set aside" not in card_of(article)


def test_words_set_aside_are_not_quoted(article: Any, poll: Poll) -> None:
    kept, gone = words(poll, "I repair what others drop."), words(poll, "Buy my course on repairing.")
    set_aside([gone])

    quotes = compile_roundup(article).quotes.values_list("source_key", flat=True)

    assert list(quotes) == [str(kept.uuid)]


def test_a_roundup_frozen_before_says_what_it_said(article: Any, poll: Poll) -> None:
    ballots(poll, {"Repair": 12})
    roundup = compile_roundup(article)
    for group in roundup.data["sources"][1]["groups"]:
        del group["facts"]["excluded"], group["facts"]["themes"]

    [question] = Reading(roundup.data).questions

    assert (question.excluded, question.themes) == (0, {})


def test_what_is_written_beside_other_is_quoted_only_with_consent(article: Any, poll: Poll) -> None:
    other = Option.objects.create(poll=poll, text="Other", is_other=True, sort_order=9)
    said = words(poll, "Driving. Honestly, driving.", consent="anonymous")
    kept = words(poll, "Interviewing my own replacement.", consent="none")
    for ballot in (said, kept):
        ballot.votes.update(option=other)

    [question] = Reading(compile_roundup(article).data).questions
    html = card_of(article)

    assert question.words == 2
    assert said.words in html
    assert kept.words not in html


def test_starred_sentences_come_first_and_themes_are_named(article: Any, poll: Poll) -> None:
    first = words(poll, "This sentence is of a length that reads well on its own.")
    starred = words(poll, "Short.", consent="anonymous")
    hidden = words(poll, "Please do not quote this sentence about repairs.", consent="none")
    theme = Theme.objects.create(poll=poll, name="Nobody’s job")
    WordsNote.objects.create(ballot=starred, theme=theme, starred=True)
    WordsNote.objects.create(ballot=hidden, theme=theme)
    small = Theme.objects.create(poll=poll, name="Meetings")
    for number in range(7):
        under = theme if number < 3 else small
        WordsNote.objects.create(ballot=words(poll, f"No. {number}", consent="none"), theme=under)

    roundup = compile_roundup(article)

    assert [quote.source_key for quote in proposed_quotes(roundup)] == [str(starred.uuid), str(first.uuid)]
    question = Reading(roundup.data).questions[0]
    assert question.ranked_themes == [("Nobody’s job", 5)]
    assert "Meetings" not in canonical_json(roundup.data)
    assert roundup.data["quotes"][0]["theme"] == "Nobody’s job"
    assert "theme" not in roundup.data["quotes"][1]
    assert "Nobody’s job (5)" in str(RoundupCard(roundup).render_html())


def test_the_fold_knows_how_many_are_set_aside(article: Any, poll: Poll) -> None:
    ballots(poll, {"Repair": 2})
    set_aside(ballots(poll, {"Selling": 3}))
    rebuild_tallies()

    fold_responses()

    polls = article.onward_response_fold.data["polls"]
    assert (polls["total"], polls["facts"]["excluded"]) == (2, 3)


def mail_part(article: Any, readers: int) -> None:
    Newsletter.objects.get_or_create(slug="floor", name="The Floor", sender_address="mara@example.org")
    issue = mailing.issue_for_article(article)
    for number in range(readers):
        key = f"{issue.pk:02d}{number:062d}"
        subscriber = Subscriber.objects.create(address=f"r{key}@example.org", address_key=key)
        Delivery.objects.create(
            issue=issue,
            subscriber=subscriber,
            address_key=key,
            state="submitted" if number else "failed",
            next_at=timezone.now(),
            submitted_at=timezone.now() if number else None,
        )


def test_reach_is_known_while_a_question_is_answered_from_mails_only(article: Any, poll: Poll) -> None:
    from onward_polls.results.breakdown import reach_of

    mail_part(article, readers=5)
    assert reach_of(poll) is None

    ballots(poll, {"Repair": 2}, door="mail")
    rebuild_tallies()
    assert reach_of(poll) == 4

    ballots(poll, {"Repair": 1}, door="web")
    rebuild_tallies()
    assert reach_of(poll) is None


def test_reach_is_not_known_of_a_question_that_was_mailed_twice(article: Any, poll: Poll) -> None:
    from onward_polls.results.breakdown import reach_of

    other = a_part(a_series("Another"), body=[("poll", poll)])
    other.save_revision().publish()
    for page in (article, other):
        mail_part(page, readers=3)
    ballots(poll, {"Repair": 2}, door="mail")
    rebuild_tallies()

    assert reach_of(poll) is None
