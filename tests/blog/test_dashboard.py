"""The author looks at all series, at one of them and at one article, and sees numbers that add up."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupPagePermission

from onward_blog.desk.dashboard import read_book
from onward_blog.desk.numbers import added
from onward_blog.desk.places import places_of
from onward_blog.desk.seen import mark_as_seen
from onward_blog.models import AuthorDesk, ReaderQuestion, ResponseWindow, WindowMark
from onward_blog.responses.folding import fold_responses
from onward_blog.responses.windows import day_of
from onward_polls.actions import rebuild_tallies, refresh_breakdown
from onward_polls.models import Ballot
from tests.blog.answers import MONDAY, a_ballot, a_part, a_poll, a_series, ballots, words
from tests.blog.discussion import a_public
from tests.numbers import numbers_in


pytestmark = pytest.mark.django_db

READERS = "onward_blog_desk:readers"


@pytest.fixture
def poll():
    return a_poll()


@pytest.fixture
def series():
    return a_series("Out of date?")


@pytest.fixture
def article(series, poll):
    return a_part(series, body=[("poll", poll)], first_published_at=MONDAY)


def a_window(page, day: datetime, **numbers: int) -> ResponseWindow:
    since = day_of(day)
    until = since + timedelta(days=1)
    mark, _made = WindowMark.objects.get_or_create(page_id=page.pk, defaults={"began": since, "until": until})
    WindowMark.objects.filter(pk=mark.pk).update(until=max(mark.until, until))
    return ResponseWindow.objects.create(
        page_id=page.pk, since=since, until=until, numbers=numbers, sha256="0" * 64
    )


def shown(browser, name: str, *args: int) -> str:
    response = browser.get(reverse(name, args=args))
    assert response.status_code == 200
    return response.content.decode()


def text_of(page: str) -> str:
    main = page.partition("<main")[2].partition("</main>")[0] or page
    return " ".join(re.sub(r"<script.*?</script>|<svg.*?</svg>|<[^>]+>", " ", main, flags=re.S).split())


def test_menu_leads_to_all_series_and_from_there_to_each_article(article, series, author):
    home = shown(author, "wagtailadmin_home")
    readers = shown(author, READERS)
    one = shown(author, "onward_blog_desk:series", series.pk)

    assert reverse(READERS) in home
    assert f'href="{reverse("onward_blog_desk:series", args=[series.pk])}"' in readers
    assert f'href="{reverse("onward_blog_desk:numbers", args=[article.pk])}"' in one


def test_numbers_of_a_series_are_those_of_its_parts_and_its_followers(article, series, poll, author):
    ballots(poll, {"Repair": 40})
    words(poll, "I coach on Fridays.")
    a_public(article, "I disagree.")
    again = a_poll()
    a_part(series, "Part Two", body=[("poll", again)])
    ballots(again, {"Selling": 2})
    fold_responses()
    a_window(article, MONDAY, mailed=500, answers=41)
    a_window(series, MONDAY, mailed=500, answers=41, subscribers=9)

    page = text_of(shown(author, "onward_blog_desk:series", series.pk))

    assert "Mailed 500" in page
    assert "Answers 43" in page
    assert "0 of 500 mails led to an answer (0%)" in page
    assert "Sentences 1 1 of 43 answers (2%)" in page
    assert "Comments 1" in page
    assert "Subscribers 9" in page


def test_few_are_counted_and_never_a_percentage(article, poll, author):
    ballots(poll, {"Repair": 8})
    words(poll, "I coach.")
    fold_responses()

    page = text_of(shown(author, "onward_blog_desk:numbers", article.pk))

    assert "1 of 9 answers" in page
    assert not re.search(r"\d%", page)


def test_days_and_today_add_up_to_the_totals_whatever_was_taken_back(article, series, poll, author):
    ballots(poll, {"Repair": 12})
    a_window(article, MONDAY, answers=10, words=1)
    a_window(article, MONDAY + timedelta(days=3), answers=5, shares=2)
    a_window(series, MONDAY, answers=10, subscribers=3)
    fold_responses()

    book = read_book(author.user, places_of(author.user))
    days = book.days([article.pk, series.pk])

    assert [(day.day.isoformat(), day.numbers["answers"], day.is_open) for day in days] == [
        ("2026-05-04", 10, False),
        ("2026-05-07", 5, False),
        ("2026-05-08", -3, True),
    ]
    sums, totals = added(day.numbers for day in days), book.of([article.pk, series.pk])
    assert {name: sums.get(name, 0) for name in totals} == totals
    assert (totals["answers"], totals["subscribers"]) == (12, 3)


def test_chart_stands_beside_its_table_and_can_be_read_without_it(article, poll, author):
    ballots(poll, {"Repair": 31})
    for day, n in enumerate((10, 0, 14)):
        a_window(article, MONDAY + timedelta(days=day), answers=n)
    fold_responses()

    page = shown(author, "onward_blog_desk:numbers", article.pk)

    assert len(re.findall(r"<rect[^>]* x=", page)) == 3
    assert len(re.findall(r'<rect class="is-open"', page)) == 1
    said = text_of(page)
    assert "31 in 4 days; the most, 14, on 6 May 2026." in said
    assert "6 May 2026 0 14 0 0 0" in said or re.search(r"6 May 2026( 0)+ 14( 0)+", said)


def test_who_came_back_is_counted_where_a_question_was_asked_again(article, series, poll, author):
    again = a_poll(follows=poll)
    part = a_part(series, "Part Two", body=[("poll", again)])
    before = shown(author, "onward_blog_desk:numbers", article.pk)
    first = ballots(poll, {"Repair": 12})
    option = again.options.first()
    for ballot in first[:6]:
        a_ballot(again, option, previous=ballot, at=MONDAY + timedelta(days=7))
    a_ballot(again, option, at=MONDAY + timedelta(days=7))
    refresh_breakdown(again)
    fold_responses()

    after = text_of(shown(author, "onward_blog_desk:numbers", article.pk))
    later = text_of(shown(author, "onward_blog_desk:numbers", part.pk))

    assert "No question was asked again in a later part yet." in before
    assert "Came back 6 6 of 12 who answered (50%, of few)" in after
    assert "No question was asked again in a later part yet." in later


def test_fewer_than_five_who_came_back_are_told_of_nowhere(article, series, poll, author):
    again = a_poll(follows=poll)
    a_part(series, "Part Two", body=[("poll", again)])
    option = again.options.first()
    for ballot in ballots(poll, {"Repair": 12})[:4]:
        a_ballot(again, option, previous=ballot)
    refresh_breakdown(again)
    fold_responses()

    page = text_of(shown(author, "onward_blog_desk:numbers", article.pk))

    assert "is told from five readers on" in page


def test_what_waits_is_said_once_with_the_screen_to_decide_on(series, poll, author):
    announcer = a_part(
        series,
        body=[("poll", poll)],
        next_question="And then?",
        first_published_at=timezone.now() - timedelta(days=20),
    )
    ballots(poll, {"Repair": 12})
    ReaderQuestion.objects.create(page_id=series.pk, words="What about Fridays?")
    fold_responses()

    page = shown(author, READERS)

    said = text_of(page)
    assert "announced 20 days ago, and 12 answers wait for it." in said
    assert "are ready for the next part" not in said
    assert "1 question from a reader is held until you decide." in said
    assert f'href="{reverse("onward_blog_desk:next_part", args=[announcer.pk])}"' in page
    assert f'href="{reverse("onward_blog_questions:queue")}"' in page


def test_looking_changes_nothing_and_only_the_button_marks_as_seen(article, series, poll, author):
    ballots(poll, {"Repair": 3})
    fold_responses()
    for name, args in (
        (READERS, []),
        ("onward_blog_desk:series", [series.pk]),
        ("onward_blog_desk:numbers", [article.pk]),
    ):
        author.get(reverse(name, args=args))
        author.head(reverse(name, args=args))
    looked = AuthorDesk.objects.count()
    refused = author.get(reverse("onward_blog_desk:seen"))

    marked = author.post(reverse("onward_blog_desk:seen"), follow=True)
    ballots(poll, {"Selling": 2})
    fold_responses()

    assert (looked, refused.status_code) == (0, 405)
    assert "Marked as seen." in marked.content.decode()
    assert "nothing new" in text_of(marked.content.decode())
    page = text_of(shown(author, READERS))
    assert "when you last marked this as seen: 2 answers ." in page
    assert AuthorDesk.objects.get().seen == {str(article.pk): {"answers": 3}}


def test_what_one_author_has_seen_is_news_to_another(article, poll, author, editor):
    ballots(poll, {"Repair": 3})
    a_window(article, timezone.now() - timedelta(days=1))
    fold_responses()
    mark_as_seen(author.user)

    mine, other = (text_of(shown(person, READERS)) for person in (author, editor))

    assert "nothing new" in mine
    assert re.search(r"Since the beginning of \d+ \w+: 3 answers \.", other)


def test_news_without_a_mark_begin_with_yesterday(article, poll, author):
    yesterday = timezone.now().astimezone(UTC) - timedelta(days=1)
    ballots(poll, {"Repair": 30})
    a_window(article, yesterday - timedelta(days=1), answers=20)
    a_window(article, yesterday, answers=6)
    fold_responses()

    book = read_book(author.user, places_of(author.user))

    assert book.new == {"answers": 10}


def test_author_of_one_series_sees_no_number_of_another(article, series, poll, client, django_user_model):
    other = a_series("Theirs")
    their_poll = a_poll()
    theirs = a_part(other, "Their secret", body=[("poll", their_poll)])
    ballots(poll, {"Repair": 12})
    ballots(their_poll, {"Repair": 77})
    fold_responses()
    group = Group.objects.create(name="Writers of one series")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    GroupPagePermission.objects.create(
        group=group, page=series, permission=Permission.objects.get(codename="change_page")
    )
    writer = django_user_model.objects.create_user("writer", "writer@example.org", "words")
    writer.groups.add(group)
    client.force_login(writer)

    readers = text_of(shown(client, READERS))
    file = client.get(reverse(READERS) + "?csv=articles").content.decode()
    days = client.get(reverse(READERS) + "?csv=days").content.decode()
    home = text_of(shown(client, "wagtailadmin_home"))

    for seen in (readers, file, days, home):
        assert "12" in seen
        assert "Their" not in seen
        assert numbers_in(seen).isdisjoint({"77", "89"})
    for name, page in (("series", other), ("numbers", theirs)):
        for query in ("", "?csv=days", "?csv=articles"):
            response = client.get(reverse(f"onward_blog_desk:{name}", args=[page.pk]) + query)
            assert response.status_code == 302
    client.post(reverse("onward_blog_desk:seen"))
    assert list(AuthorDesk.objects.get(user=writer).seen) == [str(article.pk)]


def test_who_may_edit_nothing_is_not_even_offered_the_screen(article, client, django_user_model):
    group = Group.objects.create(name="Only inside")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    guest = django_user_model.objects.create_user("guest", "guest@example.org", "words")
    guest.groups.add(group)
    client.force_login(guest)

    home = client.get(reverse("wagtailadmin_home")).content.decode()

    assert reverse(READERS) not in home
    assert client.get(reverse(READERS)).status_code == 302
    assert client.post(reverse("onward_blog_desk:seen")).status_code == 302
    assert AuthorDesk.objects.count() == 0


def test_a_stranger_is_asked_to_sign_in(article, stranger):
    for name, args in ((READERS, []), ("onward_blog_desk:numbers", [article.pk])):
        response = stranger.get(reverse(name, args=args))
        assert "/admin/login/" in response.url


def test_file_holds_every_number_and_no_formula(series, poll, author):
    series.title = "=1+1"
    series.save()
    part = a_part(series, '@SUM(A1) "quoted"', body=[("poll", poll)], first_published_at=MONDAY)
    ballots(poll, {"Repair": 3})
    a_window(part, MONDAY, answers=2)
    a_window(series, MONDAY, answers=2, subscribers=4)
    fold_responses()

    by_article = rows_of(author.get(reverse(READERS) + "?csv=articles"))
    by_day = rows_of(author.get(reverse(READERS) + "?csv=days"))

    assert [row["Series"] for row in by_article] == ["'=1+1", "'=1+1"]
    assert by_article[1]["Article"] == '\'@SUM(A1) "quoted"'
    assert [(row["Answers"], row["Subscribers"]) for row in by_article] == [("3", "4"), ("3", "")]
    assert [(row["Day"], row["Over"], row["Answers"]) for row in by_day] == [
        ("2026-05-04", "yes", "2"),
        ("2026-05-05", "no", "1"),
    ]


def rows_of(response) -> list[dict[str, str]]:
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in response.headers["Content-Disposition"]
    assert "no-store" in response.headers["Cache-Control"]
    return list(csv.DictReader(io.StringIO(response.content.decode())))


def test_new_site_shows_the_first_steps(author, editor):
    page = text_of(shown(author, READERS))

    assert "Create a series: what do you want to find out?" in page
    assert "Mark as seen" not in page


def test_series_without_a_part_says_what_to_do(series, author):
    assert "No part of this series is published yet." in shown(author, "onward_blog_desk:series", series.pk)


def test_number_of_queries_is_the_same_for_a_thousand_ballots_and_a_hundred_thousand(
    article, series, poll, author
):
    again = a_poll(follows=poll)
    a_part(series, "Part Two", body=[("poll", again)])
    counted = {}
    for many in (1_000, 99_000):
        crowd(poll, many)
        fold_responses()
        a_window(article, MONDAY + timedelta(days=len(counted)), answers=many)
        for name, args in (
            (READERS, []),
            ("onward_blog_desk:series", [series.pk]),
            ("onward_blog_desk:numbers", [article.pk]),
        ):
            with CaptureQueriesContext(connection) as queries:
                page = text_of(shown(author, name, *args))
            assert not [query for query in queries if "onward_polls_ballot" in query["sql"]]
            counted.setdefault(name, []).append(len(queries))
            total = f"{1_000 if many == 1_000 else 100_000:,}"
            assert total in page

    assert [few == many for few, many in counted.values()] == [True] * 3
    assert max(max(pair) for pair in counted.values()) <= 45


def crowd(poll, many: int) -> None:
    """Write so many ballots straight into the table."""
    begun = Ballot.objects.count()
    Ballot.objects.bulk_create(
        (Ballot(poll=poll, reader_key=f"{begun + number:064d}", cast_at=MONDAY) for number in range(many)),
        batch_size=5_000,
    )
    rebuild_tallies(poll)
