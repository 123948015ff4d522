"""The whole story over two parts and a question asked again: three hundred readers come through every door."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db.models import F

from onward_blog import mailing
from onward_blog.comments.moderating import decide
from onward_blog.models import CommentState, Roundup, ShareCount, ShareLink
from onward_blog.responses.folding import fold_responses
from onward_blog.roundups.actions import compile_roundup
from onward_blog.roundups.next_part import write_next_part
from onward_blog.roundups.telling import plan_telling, tell_readers
from onward_newsletter.actions.issues import issue_books, prepare_issue, send_issue
from onward_newsletter.addresses import address_key
from onward_newsletter.models import Issue, Outbox
from onward_newsletter.pump import pump
from onward_polls.actions import fold_tallies
from onward_polls.models import Ballot, Poll, Vote
from onward_polls.tally import read_tally
from tests.blog.answers import accepted
from tests.newsletter.factories import SubscriptionFactory

from .crowd_of_readers import (
    READERS,
    SUBSCRIBERS,
    Reader,
    a_crowd,
    counted,
    expected_doors,
    expected_lines,
    expected_moves,
    tokens_of,
)
from .whole_site import Place, a_place


pytestmark = pytest.mark.django_db


@pytest.fixture
def place(settings: Any) -> Place:
    settings.ONWARD_POLLS = {**getattr(settings, "ONWARD_POLLS", {}), "EMBED_ORIGINS": ("https://a.example",)}
    return a_place()


def mailed(article: Any) -> Issue:
    """Mail an article to everybody who follows, and close its books."""
    issue: Issue = mailing.issue_for_article(article)
    send_issue(issue)
    prepare_issue(issue)
    pump()
    issue.refresh_from_db()
    books = issue_books(issue)
    assert books.is_balanced
    assert (books.open, books.in_doubt, books.failed) == (0, 0, 0)
    return issue


def part_one_is_lived(place: Place, crowd: list[Reader]) -> None:
    """Let everybody do what he planned: answer, think again, write, comment, share, arrive."""
    for reader in crowd:
        if reader.is_subscriber:
            SubscriptionFactory.create(
                subscriber__address=reader.address,
                subscriber__address_key=address_key(reader.address),
                newsletter=place.newsletter,
                topic=place.topic,
            )
    tokens = tokens_of(mailed(place.article))
    for reader in crowd:
        reader.answers_part_one(place.poll, tokens.get(reader.address, ""))
        if reader.shares:
            reader.share(place.article)
    codes = list(ShareLink.objects.order_by("pk").values_list("code", flat=True))
    for reader in crowd:
        if reader.arrives:
            via = codes[reader.number % len(codes)]
            reader.client.post(f"/share/{place.article.pk}/arrived/", {"via": via})
        if reader.comments:
            reader.comment(place.article)
    # Shares are known by the day, and belong to a roundup once their day is over.
    ShareCount.objects.update(day=F("day") - timedelta(days=1))
    held = CommentState.objects.filter(state="held").values_list("comment_id", flat=True)
    decide(list(held), "approve")


def next_part(article: Any, author: Any) -> Any:
    """Write the next part from what was said, and publish it."""
    draft = accepted(write_next_part(article, user=author.user), author.user)
    draft.get_latest_revision().publish(user=author.user)
    draft.refresh_from_db()
    return draft


def source(roundup: Roundup, slug: str) -> dict[str, Any]:
    return next(found for found in roundup.data["sources"] if found["source"] == slug)


def assert_as_planned(roundup: Roundup, place: Place, crowd: list[Reader]) -> None:
    """Compare each number of the roundup with what the readers had in mind."""
    group = next(g for g in source(roundup, "polls")["groups"] if g["key"] == f"poll:{place.poll.pk}")
    assert group["total"] == len(counted(crowd))
    assert {line["text"]: line["count"] for line in group["lines"] if line["count"]} == expected_lines(crowd)
    assert group["facts"]["doors"] == expected_doors(crowd)
    wrote = [reader for reader in counted(crowd) if reader.words]
    assert group["facts"]["words"] == len(wrote)
    assert group["facts"]["quotable"] == sum(reader.consent != "none" for reader in wrote)
    quoted = set(roundup.quotes.filter(source="polls").values_list("words", flat=True))
    assert quoted == {reader.words for reader in wrote if reader.consent != "none"}
    # One comment was there before the crowd came.
    assert source(roundup, "comments")["total"] == 1 + sum(reader.comments for reader in crowd)
    assert source(roundup, "shares")["total"] == sum(bool(reader.shares) for reader in crowd)
    assert source(roundup, "shares")["facts"]["arrivals"] == sum(reader.arrives for reader in crowd)
    assert roundup.data["mailed"] == SUBSCRIBERS


def assert_as_stored(roundup: Roundup, poll: Poll) -> None:
    """Compare the published numbers with the raw rows, counted without any code of the loop."""
    standing = Ballot.objects.filter(poll=poll, withdrawn_at=None, excluded_at=None)
    votes = Vote.objects.filter(ballot__in=standing).values_list("option__text", flat=True)
    group = next(g for g in source(roundup, "polls")["groups"] if g["key"] == f"poll:{poll.pk}")
    assert {line["text"]: line["count"] for line in group["lines"] if line["count"]} == Counter(votes)
    assert {line.text: line.count for line in read_tally(poll).lines if line.count} == Counter(votes)


def assert_told_once(crowd: list[Reader], part: Any) -> None:
    """Check who had a mail about the part: nobody twice, and everybody who was promised one."""
    letters = Counter(
        message.to[0] for message in mail.outbox if part.get_absolute_url() in message.body and message.to
    )
    assert not {address: n for address, n in letters.items() if n > 1}
    asked = {
        reader.address for reader in counted(crowd) if reader.wants_to_be_told and not reader.is_subscriber
    }
    followers = {reader.address for reader in crowd if reader.is_subscriber}
    told = set(Outbox.objects.filter(purpose="tell_reader").values_list("address", flat=True))
    assert told == asked
    assert set(letters) >= followers | asked
    strangers = {reader.address for reader in crowd} - followers - asked
    assert not strangers & set(letters)


def test_two_parts_and_a_question_asked_again(place: Place, author: Any) -> None:
    crowd = a_crowd([option.text for option in place.poll.options.all()])
    assert len(crowd) == READERS
    part_one_is_lived(place, crowd)
    fold_tallies()
    fold_responses()

    roundup = compile_roundup(place.article)

    assert_as_planned(roundup, place, crowd)
    assert_as_stored(roundup, place.poll)

    mail.outbox.clear()
    part_two = next_part(place.article, author)
    plan = plan_telling(part_two)
    assert plan.follower_count == SUBSCRIBERS
    mailed(part_two)
    assert tell_readers(part_two) == len(plan.people)
    assert tell_readers(part_two) == 0
    pump()
    assert_told_once(crowd, part_two)

    again = Poll.objects.get(follows=place.poll)
    for reader in counted(crowd):
        if reader.again:
            reader.press(again, reader.again)
    fold_tallies()
    assert {line.text: line.count for line in read_tally(again).lines} == _again(crowd, again)
    assert_moves_as_planned(again, crowd)
    after = compile_roundup(place.article, until=roundup.until)
    assert after.pk == roundup.pk


def _again(crowd: list[Reader], poll: Poll) -> dict[str, int]:
    counts = Counter(reader.again for reader in counted(crowd) if reader.again)
    return {option.text: counts[option.text] for option in poll.options.all()}


def assert_moves_as_planned(again: Poll, crowd: list[Reader]) -> None:
    """Compare who moved from which answer to which, as it is stored and before small cells are merged."""
    pairs = Ballot.objects.filter(poll=again, previous__isnull=False).values_list(
        "previous__votes__option__text", "votes__option__text"
    )
    assert Counter(pairs) == expected_moves(crowd)
