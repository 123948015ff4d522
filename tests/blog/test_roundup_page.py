"""A reader opens the permanent page of a roundup: every number on it is the one that counting by hand gives."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from onward_blog.models import ShareCount
from onward_blog.responses.canonical import canonical_json
from onward_blog.roundups.actions import compile_roundup
from onward_blog.roundups.document import compile_document
from onward_polls.actions import ask_again, refresh_breakdown, reword
from onward_polls.models import Ballot, FairnessFlag, Option, Poll, Theme, Vote, WordsNote
from tests.blog.answers import MONDAY, a_ballot, a_part, a_poll, a_series, ballots, words
from tests.blog.discussion import a_public
from tests.blog.roundups import Published, a_published_roundup, card_in, read, text_of


pytestmark = pytest.mark.django_db

ROLES = ("Sales rep", "Manager")


@pytest.fixture
def earlier() -> Poll:
    poll = a_poll(options=("Repair", "Selling", "Reports"))
    for number in range(40):
        a_ballot(
            poll, poll.options.all()[number % 3], at=MONDAY - timedelta(days=30), reader_key=f"{number:064d}"
        )
    return poll


@pytest.fixture
def poll(earlier: Poll) -> Poll:
    """A question asked again, with roles, by two doors, after which some ballots were set aside."""
    poll = ask_again(earlier)
    Poll.objects.filter(pk=poll.pk).update(roles="\n".join(ROLES))
    poll.refresh_from_db()
    options = list(poll.options.all())
    before = {ballot.reader_key: ballot for ballot in earlier.ballots.all()}
    for number in range(67):
        key = f"{number:064d}"
        a_ballot(
            poll,
            options[number % 5 % 3],
            at=MONDAY + timedelta(minutes=number),
            reader_key=key,
            role=ROLES[number % 2],
            door="mail" if number % 4 == 0 else "web",
            previous=before.get(key),
        )
    theme = Theme.objects.create(poll=poll, name="Nobody’s job")
    for number in range(8):
        written = words(poll, f"Sentence number {number}.", consent="none", role=ROLES[0])
        WordsNote.objects.create(ballot=written, theme=theme)
    words(poll, "I am the integration layer.", credit="Ingrid Solheim", role=ROLES[1])
    bots = ballots(poll, {"Selling": 26}, at=MONDAY + timedelta(hours=3), role=ROLES[1])
    flag = FairnessFlag.objects.create(
        poll=poll,
        kind="burst",
        network="n" * 64,
        first_at=bots[0].cast_at,
        last_at=bots[-1].cast_at,
        found_at=MONDAY,
        decision="excluded",
    )
    flag.ballots.set(bots)
    Ballot.objects.filter(pk__in=[bot.pk for bot in bots]).update(excluded_at=MONDAY, exclusion="author")
    refresh_breakdown(poll)
    return poll


@pytest.fixture
def published(poll: Poll) -> Published:
    article = a_part(a_series("Out of date?"), body=[("poll", poll)])
    for number in range(3):
        a_public(article, f"Comment {number}?", name=f"Reader {number}", address=f"r{number}@example.org")
    for channel, clicks, arrivals in (("mail", 9, 30), ("link", 4, 11)):
        ShareCount.objects.create(
            page=article, channel=channel, day=MONDAY.date(), clicks=clicks, arrivals=arrivals
        )
    return a_published_roundup(article)


def by_hand(poll: Poll, until: Any) -> dict[str, Any]:
    """Count the rows one by one, with none of the code that makes roundups."""
    counted = [
        ballot
        for ballot in Ballot.objects.filter(poll=poll)
        if ballot.withdrawn_at is None and ballot.excluded_at is None and ballot.cast_at < until
    ]
    votes = {vote.ballot_id: vote.option.text for vote in Vote.objects.filter(ballot__poll=poll)}
    return {
        "n": len(counted),
        "options": {
            option.text: sum(votes.get(ballot.pk) == option.text for ballot in counted)
            for option in Option.objects.filter(poll=poll)
        },
        "doors": {door: sum(ballot.door == door for ballot in counted) for door in ("web", "mail")},
        "words": sum(bool(ballot.words) for ballot in counted),
        "roles": {
            (role, option.text): sum(b.role == role and votes.get(b.pk) == option.text for b in counted)
            for role in ROLES
            for option in Option.objects.filter(poll=poll)
        },
        "votes": votes,
        "counted": counted,
    }


def test_every_number_is_the_one_that_counting_by_hand_gives(
    published: Published, poll: Poll, earlier: Poll
) -> None:
    mine, then = (by_hand(each, published.roundup.until) for each in (poll, earlier))
    page = text_of(published.page())

    n, doors = mine["n"], mine["doors"]
    assert (
        f"{n} readers who chose to answer, 4 May 2026: {doors['web']} on the page, {doors['mail']} from"
        in page
    )
    for text, count in mine["options"].items():
        before = then["options"][text]
        shares = round(count / n * 100), round(before / then["n"] * 100)
        assert f"{text} {count} {shares[0]}% before: {before} ({shares[1]}%)" in page
    assert "26 more answers are set aside and not counted here." in page
    assert "26 answers came within 25 minutes from one source: the author set them aside." in page
    selling = mine["options"]["Selling"]
    assert f"“Selling” has {selling + 26} of {n + 26} with them, and {selling} of {n} without." in page
    assert f"{mine['words']} added a sentence." in page
    assert "as the author sorts it: Nobody’s job (8)." in page
    assert (
        f"Asked before: {then['n']} readers who chose to answer, 4 April 2026: {then['n']} on the page."
        in page
    )
    assert "3 comments. Shared 13 times from here. 41 arrivals by a shared link." in page
    assert f"1 question, {n} answers in all" in page


def test_tables_hold_what_counting_by_hand_gives_and_no_cell_under_five(
    published: Published, poll: Poll
) -> None:
    mine = by_hand(poll, published.roundup.until)
    rows = published.rows()

    counted = [(row["table"], row["option"], row["count"]) for row in rows if row["n"] in ("3", "13", "41")]
    assert counted == [
        ("comments", "", "3"),
        ("shares", "mail", "9"),
        ("arrivals", "mail", "30"),
        ("shares", "link", "4"),
        ("arrivals", "link", "11"),
    ]
    roles = [row for row in rows if row["table"] == "roles"]
    assert roles
    for row in roles:
        assert int(row["count"]) == mine["roles"][row["row"], row["option"]]
    moved = [row for row in rows if row["table"] == "moves"]
    both = [ballot for ballot in mine["counted"] if ballot.previous_id]
    assert {row["n"] for row in moved} == {str(len(both))}
    assert sum(int(row["count"]) for row in moved) == len(both)
    for row in (row for row in moved if "Other answers" not in (row["row"], row["option"])):
        assert int(row["count"]) == sum(
            Vote.objects.get(ballot=b.previous_id).option.text == row["row"]
            and mine["votes"][b.pk] == row["option"]
            for b in both
        )
    assert min(int(row["count"]) for row in roles + moved) >= 5


def test_reworded_questions_say_so_and_name_the_wording(poll: Poll) -> None:
    article = a_part(a_series(), body=[("poll", poll)])
    reword(poll, question="What takes most of your working week?")

    page = text_of(a_published_roundup(article).page())

    assert "What takes most of your working week?" in page
    assert "worded differently until" in page
    assert "“What takes most of your week?”" in page
    assert "The wording shown is version 2." in page


def test_a_scale_shows_its_ends_and_its_middle_answer() -> None:
    scale = a_poll(
        "How much of it is selling?", list("12345"), kind="scale", low_label="None", high_label="All"
    )
    ballots(scale, {"1": 2, "2": 3, "4": 9, "5": 4})

    page = text_of(a_published_roundup(a_part(a_series(), body=[("poll", scale)])).page())

    assert "None All 1 2 11%" in page
    assert "The middle answer is “4”" in page


def test_an_author_who_kept_a_burst_says_so_with_and_without(poll: Poll) -> None:
    FairnessFlag.objects.update(decision="counted")
    poll.ballots.update(excluded_at=None, exclusion="")
    article = a_part(a_series(), body=[("poll", poll)])

    page = text_of(a_published_roundup(article).page())

    mine = by_hand(poll, timezone.now())
    n, selling = mine["n"], mine["options"]["Selling"]
    assert "the author looked at them and kept them." in page
    assert f"“Selling” has {selling} of {n} with them, and {selling - 26} of {n - 26} without." in page


def test_a_burst_of_which_one_ballot_said_something_else_is_not_told_apart(poll: Poll) -> None:
    flag = FairnessFlag.objects.get()
    other = flag.ballots.first()
    assert other is not None
    other.votes.update(option=poll.options.first())
    published = a_published_roundup(a_part(a_series(), body=[("poll", poll)]))

    assert "26 answers came within 25 minutes from one source: the author set them aside." in text_of(
        published.page()
    )
    assert "with them, and" not in text_of(published.page())
    [group] = next(s for s in published.roundup.data["sources"] if s["source"] == "polls")["groups"]
    assert group["facts"]["flags"][0]["lines"] == {}


def test_nothing_is_said_of_sampling_errors_or_of_all_managers(published: Published) -> None:
    page = text_of(published.page()).lower()

    assert "margin" not in page
    assert "confidence" not in page
    assert "chose to answer" in page
    assert "not a sample of anybody else" in page


def test_the_page_says_how_to_cite_it_and_under_which_licence(published: Published, settings: Any) -> None:
    settings.ONWARD_BLOG = {
        **settings.ONWARD_BLOG,
        "DATA_LICENSE_NAME": "CC BY 4.0",
        "DATA_LICENSE_URL": "https://creativecommons.org/licenses/by/4.0/",
    }

    html = published.page()

    page = text_of(html)
    assert "Cite as Readers’ answers to “The squeezed manager” (Out of date?, Part 1)." in page
    until = f"{published.roundup.until:%-d %B %Y}"
    assert f"counted up to {until}, http://127.0.0.1:8000{published.page_url}" in page
    assert '<a rel="license" href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>' in html
    assert published.roundup.inputs_hash in html
    [dataset] = re.findall(r'<script type="application/ld\+json">(.+?)</script>', html)
    document = json.loads(dataset)
    assert (document["@type"], document["identifier"]) == (
        "Dataset",
        f"sha256:{published.roundup.inputs_hash}",
    )
    assert [file["contentUrl"].endswith((".csv", ".json")) for file in document["distribution"]] == [
        True,
        True,
    ]


def test_long_words_and_markup_stay_words() -> None:
    poll = a_poll("<script>alert(1)</script>" + "w" * 300, ("<b>" + "x" * 190, "Selling"))
    ballots(poll, {"Selling": 3})
    article = a_part(a_series("</script><b>"), "Titles & <i>marks</i>", body=[("poll", poll)])

    html = a_published_roundup(article).page()

    assert "<script>alert" not in html
    assert "</script><b>" not in html
    assert "<b>x" not in html


def test_a_roundup_that_nobody_answered_says_so(author: Client) -> None:
    article = a_part(a_series(), body=[("poll", a_poll())])
    roundup = compile_roundup(article)

    page = text_of(author.get(f"/roundups/{roundup.pk}/").content.decode())

    assert "Nobody had answered when this was counted." in page
    assert "Only you can see this page" in page


def test_version_one_is_read_as_it_was(published: Published) -> None:
    old = json.loads(canonical_json(published.roundup.data))
    old["version"] = 1
    for name in ("code", "language", "method"):
        del old[name]
    for name in ("series", "author"):
        del old["page"][name]
    kept = {
        "words",
        "quotable",
        "doors",
        "first_at",
        "last_at",
        "closes_at",
        "visibility",
        "follows",
        "words_prompt",
    }
    for group in next(source for source in old["sources"] if source["source"] == "polls")["groups"]:
        group["facts"] = {name: value for name, value in group["facts"].items() if name in kept}
    type(published.roundup).objects.filter(pk=published.roundup.pk).update(data=old)

    page = text_of(published.page())

    assert "76 readers who chose to answer" in page
    assert "1 question, 76 answers in all" in page
    assert [row["table"] for row in published.rows()].count("options") == 3


def test_asking_again_for_the_same_count_gives_the_same_bytes_whatever_is_refreshed(
    published: Published, poll: Poll
) -> None:
    window = {"since": None, "until": published.roundup.until}
    ballots(poll, {"Selling": 60}, at=timezone.now(), role=ROLES[0])
    refresh_breakdown(poll)

    again = compile_roundup(published.article, **window)

    assert again.pk == published.roundup.pk


def test_a_table_that_holds_later_answers_is_left_out_of_an_earlier_window(poll: Poll) -> None:
    article = a_part(a_series(), body=[("poll", poll)])
    until = MONDAY + timedelta(minutes=60)

    published = a_published_roundup(article, until=until)

    assert {row["table"] for row in published.rows()} == {"options", "before", "themes"}


def test_the_page_asks_the_database_as_often_for_many_answers_as_for_few(
    poll: Poll, published: Published
) -> None:
    read(published.page_url)
    with CaptureQueriesContext(connection) as few:
        read(published.page_url)
    for _each in range(20):
        a_ballot(poll, poll.options.first(), at=timezone.now())

    with CaptureQueriesContext(connection) as many:
        read(published.page_url)

    assert len(few) == len(many) <= 20


def test_the_article_shows_the_same_card_without_the_tables(published: Published) -> None:
    card = card_in(read(published.part.url))

    assert "As published" in card
    assert f'href="{published.page_url}#now"' in card
    assert "<table" not in card
    assert len(re.findall(r" before: \d+ \(\d+%\)", text_of(card))) == 3


def test_what_was_frozen_in_one_year_reads_the_same_in_another(poll: Poll) -> None:
    article = a_part(a_series(), body=[("poll", poll)])
    article.save_revision().publish()
    reword(poll, question="What takes most of your working week?")
    Option.objects.create(poll=poll, text="Coaching", sort_order=9, added_at=MONDAY, added_after_votes=40)

    documents = []
    for year in (2026, 2031):
        with time_machine.travel(datetime(year, 12, 1, tzinfo=UTC), tick=False):
            documents.append(
                canonical_json(compile_document(article, None, MONDAY + timedelta(days=400)).data)
            )

    assert documents[0] == documents[1]
    assert "added 4 May 2026; 40 had answered before" in documents[0]
