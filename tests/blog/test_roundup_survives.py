"""What was published stays as it was, whatever happens to the poll, the pages and the readers afterwards."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from wagtail.models import Page

from onward_blog import mailing
from onward_blog.comments.erasing import erase_comments
from onward_blog.models import RoundupQuote
from onward_newsletter.actions.issues import prepare_issue, send_issue
from onward_newsletter.models import Issue, Newsletter, Subscriber, Subscription
from onward_newsletter.pump import pump
from onward_polls.actions import answer_permission, archive_poll, cast_ballot, rebuild_tallies, reword
from onward_polls.erasure import erase_ballot
from onward_polls.models import Ballot, Poll
from tests.blog.answers import MONDAY, a_part, a_poll, a_series, ballots, words
from tests.blog.discussion import a_public
from tests.blog.roundups import Published, a_published_roundup, read


pytestmark = pytest.mark.django_db(transaction=True)

SENTENCE = "I repair what <others> drop, & it's \"nobody's\" job."
GONE = "The reader who wrote it took it back."


@pytest.fixture
def poll() -> Poll:
    poll = a_poll(results_visibility="always")
    ballots(poll, {"Repair": 12, "Selling": 7})
    return poll


@pytest.fixture
def quoted(poll: Poll) -> Ballot:
    return words(poll, SENTENCE, credit="Ingrid Solheim")


@pytest.fixture
def published(poll: Poll, quoted: Ballot) -> Published:
    return a_published_roundup(a_part(a_series(), body=[("poll", poll)]))


def late_votes(published: Published, poll: Poll) -> None:
    ballots(poll, {"Selling": 30}, at=timezone.now())
    cast_ballot(poll, identity="late", options=[poll.options.first()])
    rebuild_tallies()


def option_renamed(published: Published, poll: Poll) -> None:
    reword(poll, question="Quite another question?", options={poll.options.first(): "Mending"})


def poll_archived(published: Published, poll: Poll) -> None:
    archive_poll(poll)


def poll_deleted(published: Published, poll: Poll) -> None:
    published.article.body = []
    published.article.save_revision().publish()
    poll.ballots.all().delete()
    poll.delete()


def ballots_set_aside(published: Published, poll: Poll) -> None:
    poll.ballots.update(excluded_at=timezone.now(), exclusion="author")
    rebuild_tallies()


def results_hidden(published: Published, poll: Poll) -> None:
    Poll.objects.filter(pk=poll.pk).update(results_visibility="editors")


def both_pages_moved(published: Published, poll: Poll) -> None:
    elsewhere = a_series("Another series")
    for page in (published.article, published.part):
        Page.objects.get(pk=page.pk).move(elsewhere, pos="last-child")
    published.part.refresh_from_db()


def first_part_unpublished(published: Published, poll: Poll) -> None:
    Page.objects.get(pk=published.article.pk).specific.unpublish()


def first_part_deleted(published: Published, poll: Poll) -> None:
    Page.objects.get(pk=published.article.pk).delete()


def renamed_and_another_author(published: Published, poll: Poll) -> None:
    published.article.title = "Another title"
    published.article.save_revision().publish()


@pytest.mark.parametrize(
    "happens",
    [
        late_votes,
        option_renamed,
        poll_archived,
        poll_deleted,
        ballots_set_aside,
        results_hidden,
        both_pages_moved,
        first_part_unpublished,
        first_part_deleted,
        renamed_and_another_author,
    ],
    ids=lambda happens: happens.__name__,
)
def test_every_published_byte_stays(
    published: Published, poll: Poll, happens: Callable[[Published, Poll], None]
) -> None:
    before = published.frozen()

    happens(published, poll)

    assert published.frozen() == before


def test_a_part_that_is_out_again_has_the_same_roundup(published: Published) -> None:
    before = published.frozen()

    published.part.unpublish()
    assert Client().get(published.page_url).status_code == 404
    published.part.save_revision().publish()

    published.part.refresh_from_db()
    assert published.frozen() == before


def everywhere(published: Published) -> dict[str, str]:
    """Return every place in which a reader's words were seen, or might be."""
    places = [published.part.url, published.page_url, published.json_url, published.csv_url, "/feed/"]
    places += [
        issue_url for issue in Issue.objects.all() for issue_url in [f"/newsletter/issues/{issue.pk}/"]
    ]
    return {place: read(place) for place in places}


def mailed(published: Published) -> Issue:
    newsletter = Newsletter.objects.create(
        name="Onward", slug="onward", sender_name="A. Author", sender_address="author@example.org"
    )
    subscriber = Subscriber.objects.create(address="reader@example.org", address_key="r" * 64)
    Subscription.objects.create(
        subscriber=subscriber, newsletter=newsletter, state="active", confirmed_at=timezone.now()
    )
    issue = mailing.issue_for_article(published.part)
    send_issue(issue)
    if issue.state == Issue.State.PREPARING:
        prepare_issue(issue)
    pump()
    issue.refresh_from_db()
    return issue


def test_words_of_an_erased_reader_are_gone_at_once_and_the_counts_stay(
    published: Published, quoted: Ballot
) -> None:
    issue = mailed(published)
    shown = f"/newsletter/issues/{issue.pk}/"
    assert "Ingrid Solheim" in read(shown)
    assert "drop, &amp; it" in read(shown)
    json, table = read(published.json_url), read(published.csv_url)

    erase_ballot(quoted)

    for place, content in everywhere(published).items():
        assert "Solheim" not in content, place
        assert "I repair what" not in content, place
    assert GONE in read(shown)
    assert GONE in read(published.part.url)
    assert "1 sentence was taken back by the reader who wrote it." in published.page()
    assert (read(published.json_url), read(published.csv_url)) == (json, table)
    assert "<b>13</b>" in published.page()
    issue.refresh_from_db()
    assert "Solheim" not in issue.text + issue.html
    assert "I repair what" not in issue.text + issue.html


def test_a_name_that_is_no_longer_allowed_is_gone_from_the_mailed_issue_too(
    published: Published, quoted: Ballot
) -> None:
    mailed(published)

    answer_permission(quoted, consent="initials", credit="Ingrid Solheim")

    for place, content in everywhere(published).items():
        assert "Solheim" not in content, place
    assert "I. S." in read(published.page_url)
    assert "I repair what" in read(f"/newsletter/issues/{Issue.objects.get().pk}/")


def test_an_erased_commenter_is_quoted_nowhere(poll: Poll) -> None:
    article = a_part(a_series(), body=[("poll", poll)])
    a_public(article, "Coaching is what I miss.", name="Tess Okafor", address="tess@example.org")
    published = a_published_roundup(article)
    assert "Tess Okafor" in published.page()

    erase_comments("tess@example.org")

    for place, content in everywhere(published).items():
        assert "Okafor" not in content, place
        assert "Coaching is what" not in content, place
    assert not RoundupQuote.objects.exclude(words="").exists()


def test_a_sentence_that_the_author_left_out_is_on_no_page(poll: Poll, quoted: Ballot) -> None:
    published = a_published_roundup(a_part(a_series(), body=[("poll", poll)]))
    published.part.body[0].value["quotes"] = []
    published.part.save_revision().publish()

    assert "Ingrid Solheim" not in published.page()
    assert "I repair what" not in published.page()


def test_a_page_that_shows_a_quote_is_asked_for_each_time(published: Published) -> None:
    response = Client().get(published.page_url)

    assert response["Cache-Control"] == "public, no-cache"
    again = Client().get(published.page_url, headers={"if-none-match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert not response.cookies


def test_answers_after_the_freeze_belong_to_the_next_roundup(published: Published, poll: Poll) -> None:
    ballots(poll, {"Selling": 4}, at=MONDAY + timedelta(days=9))

    later = a_published_roundup(published.article, since=published.roundup.until)

    assert [row["n"] for row in later.rows()] == ["4", "4"]
    assert {row["n"] for row in published.rows()} == {"20"}
