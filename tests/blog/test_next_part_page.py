"""As soon as a part announces the next one, that has a page of its own: what it asks, and what has been answered."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

from onward_blog import versions
from onward_blog.pages.models import ArticlePage
from onward_blog.responses.folding import fold_responses
from onward_blog.roundups.next_part import write_next_part
from onward_newsletter.models import Newsletter, Topic
from onward_polls.models import Poll
from tests.blog.answers import a_poll, ballots
from tests.blog.factories import front_page, hide_behind_password, make_author, make_part, make_series
from tests.numbers import numbers_in


pytestmark = pytest.mark.django_db

QUESTION = "Should it be one person?"


def text_of(reader: Client, address: str, status: int = 200) -> str:
    response = reader.get(address)
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def announcing(*polls: Poll, **fields: Any) -> ArticlePage:
    body = [("paragraph", "<p>Text.</p>"), *(("poll", poll) for poll in polls)]
    return make_part(make_series(), body=body, **{"next_question": QUESTION, **fields})


def coming(part: ArticlePage) -> str:
    return f"{part.series.url}next/"


def test_an_announced_part_has_a_page_before_it_is_written(reader: Client) -> None:
    note = ("next_part", {"note": "Three managers who tried it."})
    part = announcing(next_expected=date(2030, 12, 4))
    part.body = [*((block.block_type, block.value) for block in part.body), note]
    part.save_revision().publish()

    html = text_of(reader, coming(part))

    assert QUESTION in html
    assert "Part 2 of 2" in html
    assert "expected on 4 December 2030" in html
    assert "Three managers who tried it." in html
    assert f'href="{part.url}"' in html


def test_everything_that_announces_it_leads_there(reader: Client) -> None:
    part = announcing()

    for address in (part.url, part.series.url):
        assert f'href="{coming(part)}"' in text_of(reader, address), address
    assert coming(part) in text_of(reader, f"{part.series.url}feed/")


def test_the_feed_of_a_series_names_what_comes_and_gives_it_a_name_of_its_own(reader: Client) -> None:
    part = announcing()
    feed = text_of(reader, f"{part.series.url}feed/")

    assert f"Announced: {QUESTION}" in feed
    assert f"{coming(part)}#part-2" in feed
    assert QUESTION not in text_of(reader, "/feed/")


def test_it_leads_to_the_part_once_that_is_out_and_not_for_ever(reader: Client) -> None:
    part = announcing()
    second = make_part(part.series, "It should not")

    response = reader.get(coming(part))

    assert (response.status_code, response["Location"]) == (302, second.url)


def test_the_same_address_is_the_page_of_the_part_after_that(reader: Client) -> None:
    part = announcing()
    second = make_part(part.series, "It should not", next_question="Then who?")

    html = text_of(reader, coming(part))

    assert "Then who?" in html
    assert "Part 3 of 3" in html
    assert f'href="{second.url}"' in html


def test_where_nothing_is_announced_it_says_so(reader: Client) -> None:
    part = make_part(make_series())

    html = text_of(reader, coming(part), 404)

    assert "No next part is announced yet" in html
    assert f'href="{part.series.url}"' in html


def test_a_draft_announces_nothing(reader: Client) -> None:
    part = make_part(make_series(), live=False, next_question=QUESTION)

    assert QUESTION not in text_of(reader, coming(part), 404)


def test_answers_are_shown_where_everybody_may_see_them(reader: Client) -> None:
    for_all = a_poll("Always?", results_visibility=Poll.ResultsVisibility.ALWAYS)
    after_voting = a_poll("After voting?", results_visibility=Poll.ResultsVisibility.AFTER_VOTING)
    secret = a_poll("For editors?", results_visibility=Poll.ResultsVisibility.EDITORS)
    later = a_poll("After closing?", results_visibility=Poll.ResultsVisibility.AFTER_CLOSING)
    for poll, number in ((for_all, 7), (after_voting, 11), (secret, 13), (later, 17)):
        ballots(poll, {"Repair": number})
    part = announcing(for_all, after_voting, secret, later)
    fold_responses()

    html = text_of(reader, coming(part))

    assert "7 answers so far" in html
    assert f'href="{part.url}#poll-{for_all.pk}">Always?</a>' in html
    assert "What others answered is shown to you once you have answered." in html
    assert numbers_in(html).isdisjoint({"11", "13", "17", "48", "41", "31", "24"})


def test_it_counts_down_to_the_number_the_author_promised(reader: Client) -> None:
    open_one, secret = a_poll("What?"), a_poll("Why?", results_visibility=Poll.ResultsVisibility.EDITORS)
    ballots(open_one, {"Repair": 60, "Selling": 28})
    ballots(secret, {"Repair": 5})
    part = announcing(open_one, secret, next_at_answers=100)

    assert "12 answers" not in text_of(reader, coming(part))
    fold_responses()

    html = text_of(reader, coming(part))
    assert "12 answers are missing." in html
    assert "once there are 100 answers, and 88 have come in" in html
    assert "written at 100 answers" in text_of(reader, part.url)


def test_a_promise_that_is_kept_says_so(reader: Client) -> None:
    poll = a_poll()
    ballots(poll, {"Repair": 12})
    part = announcing(poll, next_at_answers=10)
    fold_responses()

    assert "The answers are in." in text_of(reader, coming(part))


def test_a_promise_about_hidden_answers_tells_no_number(reader: Client) -> None:
    secret = a_poll("Why?", results_visibility=Poll.ResultsVisibility.AFTER_CLOSING)
    ballots(secret, {"Repair": 57})
    part = announcing(secret, next_at_answers=100)
    fold_responses()

    html = text_of(reader, coming(part))

    assert "I write this part once there are 100 answers." in html
    assert numbers_in(html).isdisjoint({"57", "43"})


@pytest.mark.parametrize(
    ("visibility", "wanted"), [("after_closing", 100), ("editors", 100), ("after_voting", None)]
)
def test_votes_that_are_hidden_change_no_byte(reader: Client, visibility: str, wanted: int | None) -> None:
    poll = a_poll(results_visibility=visibility)
    part = announcing(poll, next_at_answers=wanted)
    fold_responses()
    before = reader.get(coming(part)).content

    ballots(poll, {"Repair": 57})
    fold_responses()

    assert reader.get(coming(part)).content == before


def test_a_part_that_is_late_is_called_late(reader: Client) -> None:
    today = timezone.localdate()
    late = announcing(next_expected=today - timedelta(days=1))
    due = announcing(next_expected=today)

    assert "It is late" in text_of(reader, coming(late))
    assert "It is late" not in text_of(reader, coming(due))


def test_every_reader_gets_the_same_bytes_and_no_cookie(reader: Client) -> None:
    part = announcing(a_poll())
    other = Client(headers={"user-agent": "Another/1.0", "accept-language": "de"})
    other.cookies.load({"rid": "bbbb", "sessionid": "gone", "csrftoken": "x" * 32})

    first, second = reader.get(coming(part)), other.get(coming(part))

    assert first.content == second.content
    assert first["ETag"] == second["ETag"]
    assert "public" in first["Cache-Control"].split(", ")
    assert not second.cookies
    assert "Cookie" not in first.get("Vary", "")
    again = reader.get(coming(part), headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304


def test_a_fold_renews_it_when_a_number_on_it_changed_and_only_then(
    django_capture_on_commit_callbacks: Any,
) -> None:
    poll = a_poll(results_visibility=Poll.ResultsVisibility.ALWAYS)
    hidden = a_poll("Why?", results_visibility=Poll.ResultsVisibility.EDITORS)
    part = announcing(poll, hidden)
    seen = [versions.current(part.series.pk)]

    for answered in (poll, hidden):
        ballots(answered, {"Repair": 3})
        with django_capture_on_commit_callbacks(execute=True):
            fold_responses()
        seen.append(versions.current(part.series.pk))

    assert seen[0] != seen[1]
    assert seen[1] == seen[2]


def test_a_series_behind_a_password_keeps_its_next_part_there(reader: Client) -> None:
    part = announcing()
    hide_behind_password(part.series)

    response = reader.get(coming(part))

    assert QUESTION not in response.content.decode()
    assert "no-store" in response["Cache-Control"]


def test_a_part_behind_a_password_announces_nothing(reader: Client) -> None:
    part = announcing()
    PageViewRestriction.objects.create(page=part, restriction_type=PageViewRestriction.LOGIN)

    assert QUESTION not in text_of(reader, coming(part), 404)


def test_an_article_cannot_take_its_address_and_one_that_had_it_keeps_it(reader: Client) -> None:
    with pytest.raises(ValidationError):
        ArticlePage(title="Next", slug="next").clean()
    part = announcing()
    old = make_part(part.series, "An old article")
    ArticlePage.objects.filter(pk=old.pk).update(slug="next", url_path=f"{part.series.url_path}next/")

    assert "An old article" in text_of(reader, coming(part))


def test_a_part_whose_question_spells_that_address_can_be_written(author: Any) -> None:
    poll = a_poll()
    ballots(poll, {"Repair": 3})
    part = announcing(poll, next_question="Next?")

    draft = write_next_part(part, user=author.user)

    assert (draft.title, draft.slug) == ("Next?", "next-2")


def test_pages_that_are_no_series_keep_this_address_too(reader: Client) -> None:
    plain = front_page().add_child(instance=Page(title="Plain", slug="plain"))
    below = plain.add_child(instance=Page(title="Below", slug="next"))

    assert reader.get("/nothing/next/").status_code == 404
    assert reader.get("/plain/nothing/").status_code == 404
    assert below.url == "/plain/next/"
    assert reader.get(below.url).resolver_match.url_name == "next_part"


def test_the_series_that_nobody_has_published_has_no_such_page(reader: Client) -> None:
    part = announcing()
    part.series.unpublish()

    assert reader.get(coming(part)).status_code == 404


def test_it_costs_few_queries(reader: Client) -> None:
    """With two questions, five parts and a newsletter to follow; and the series itself beside it."""
    newsletter = Newsletter.objects.create(
        name="The Sales Floor", slug="floor", sender_name="Mara", sender_address="mara@example.org"
    )
    series = make_series(author=make_author())
    Topic.objects.get_or_create(
        newsletter=newsletter, key=series.topic_key, defaults={"name": "It", "slug": "it"}
    )
    for number in range(4):
        make_part(series, f"Part with number {number}", author=make_author(f"Author {number}"))
    polls = [a_poll("What?"), a_poll("Why?")]
    make_part(series, body=[("poll", poll) for poll in polls], next_question=QUESTION, next_at_answers=50)
    ballots(polls[0], {"Repair": 5})
    fold_responses()

    for address, most in ((f"{series.url}next/", 9), (series.url, 5)):
        reader.get(address)
        with CaptureQueriesContext(connection) as queries:
            html = reader.get(address).content.decode()
        assert QUESTION in html
        assert len(queries) <= most, [query["sql"][:120] for query in queries]
