"""The demo as it stands after loading: whole, honest, and the same every time."""

import gc
import re
from collections import Counter
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import caches
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_comments_xtd.models import XtdComment
from wagtail.models import Page, Site

from onward_blog.models import Author, CommentState, Roundup, RoundupQuote, ShareCount
from onward_blog.pages.models import ArticlePage, SeriesPage
from onward_newsletter.actions.issues import issue_books
from onward_newsletter.models import Delivery, DeliveryEvent, Issue, Outbox, Subscriber, Subscription
from onward_polls.actions import rebuild_tallies
from onward_polls.models import Ballot, FollowUp, Poll, Tally, Theme, WordsNote
from onward_polls.readers import reader_key
from onward_polls.tally import read_tally
from onward_site.demo.content import people
from onward_site.demo.content.board import STARRED, THEMES
from onward_site.demo.content.part_one import PART_ONE
from onward_site.demo.content.part_two import PART_TWO
from onward_site.demo.content.polls import MEETING_AGAIN, TECHNICAL, USEFUL, WEEK
from onward_site.demo.content.words import ALL_WORDS
from onward_site.demo.load import STEPS, load_demo


pytestmark = [
    pytest.mark.django_db,
    # Wagtail leaves the file in which it makes a rendition to the garbage collector.
    pytest.mark.filterwarnings("ignore:Unclosed file <tempfile.SpooledTemporaryFile:ResourceWarning"),
]


def what_it_says():
    """Return everything that could differ between two demos, without ids, secrets and moments."""
    return {
        "pages": sorted(Page.objects.values_list("title", "slug", "live")),
        "tallies": sorted(
            Tally.objects.values_list("poll__question", "option__text", "door", "count"), key=str
        ),
        "ballots": sorted(
            Ballot.objects.values_list(
                "uuid", "door", "words", "consent", "credit", "role", "exclusion", "previous__uuid"
            ),
            key=str,
        ),
        "board": sorted(WordsNote.objects.values_list("ballot__uuid", "theme__name", "starred"), key=str),
        "subscribers": sorted(Subscriber.objects.values_list("address", "uuid", "state")),
        "subscriptions": Counter(Subscription.objects.values_list("state", "end_reason", "topic__name")),
        "deliveries": sorted(Delivery.objects.values_list("subscriber__address", "state", "reason")),
        "comments": sorted(XtdComment.objects.values_list("user_name", "comment", "level", "order")),
        "states": Counter(CommentState.objects.values_list("state", flat=True)),
        "shares": sorted(
            ShareCount.objects.values_list("page__slug", "channel", "day", "clicks", "arrivals")
        ),
        "quotes": sorted(RoundupQuote.objects.values_list("source", "words", "credit")),
    }


def forget_caches():
    for cache in caches.all(initialized_only=True):
        cache.clear()


@pytest.fixture(scope="module", autouse=True)
def first_demo(django_db_setup, django_db_blocker):
    """Load the demo once, take it away and load it again for this module; return what the first one said."""
    with django_db_blocker.unblock(), transaction.atomic():
        with transaction.atomic():
            load_demo()
            said = what_it_says()
            transaction.set_rollback(True)
        forget_caches()
        load_demo()
        gc.collect()
        yield said
        transaction.set_rollback(True)
    forget_caches()


@pytest.fixture(scope="module")
def public_pages(first_demo, django_db_blocker):
    """What an anonymous reader gets for every public address of the demo."""
    with django_db_blocker.unblock():
        return {path: anonymous(path) for path in public_paths()}


@pytest.fixture
def part_one():
    return ArticlePage.objects.get(slug=PART_ONE.slug)


@pytest.fixture
def part_two():
    """The draft as the author sees it in the editor."""
    draft = Page.objects.get(draft_title=PART_TWO.title)
    return draft.get_latest_revision_as_object()


def anonymous(path):
    return Client().get(path)


def public_paths():
    home = Site.objects.get(is_default_site=True).root_page
    pages = [page.url for page in Page.objects.live().descendant_of(home, inclusive=True)]
    polls = [f"/polls/{poll.pk}/" for poll in Poll.objects.filter(follows=None)]
    feeds = ["/feed/", "/sitemap.xml", *(f"{series.url}feed/" for series in SeriesPage.objects.live())]
    issues = [f"/newsletter/issues/{issue.pk}/" for issue in Issue.objects.all()]
    return [*pages, *polls, *feeds, "/newsletter/", "/newsletter/issues/", *issues]


def test_two_demos_say_the_same(first_demo):
    assert what_it_says() == first_demo


def test_loading_again_changes_nothing_and_reports_nothing():
    before, reports = what_it_says(), []

    load_demo(progress=lambda *report: reports.append(report))

    assert what_it_says() == before
    assert reports == []


def test_a_load_that_stumbles_leaves_nothing_behind(monkeypatch):
    def stumble(stage):
        raise RuntimeError("the power went")

    Page.objects.filter(depth__gt=2).delete()
    Author.objects.all().delete()
    get_user_model().objects.all().delete()
    monkeypatch.setattr("onward_site.demo.load.STEPS", (*STEPS[:2], ("trouble", (stumble,))))

    with pytest.raises(RuntimeError, match="power"):
        load_demo()

    assert not Author.objects.exists()
    assert not get_user_model().objects.exists()


def test_two_hundred_and_twelve_ballots_are_counted_by_both_doors():
    poll = Poll.objects.get(question=WEEK.question, follows=None)
    doors = Counter(poll.ballots.values_list("door", flat=True))

    rebuild_was_needed = rebuild_tallies(poll)

    assert doors == {"web": 149, "mail": 63}
    assert sum(poll.tallies.filter(option=None).values_list("count", flat=True)) == 212
    assert not rebuild_was_needed


def test_ballots_were_cast_within_two_weeks_and_never_in_the_future():
    moments = Ballot.objects.filter(poll__question=WEEK.question).values_list("cast_at", flat=True)

    assert max(moments) < timezone.now()
    assert timedelta(days=12) < max(moments) - min(moments) < timedelta(days=15)
    assert len({moment.date() for moment in moments}) >= 14


def test_a_burst_is_set_aside_and_said_and_in_no_count():
    poll = Poll.objects.get(question=TECHNICAL.question)
    flag = poll.fairness_flags.get()
    n = sum(count for _name, _text, count in TECHNICAL.options)

    tally = read_tally(poll)

    assert (flag.kind, flag.decision, flag.ballots.count()) == ("burst", "excluded", TECHNICAL.burst[1])
    assert (tally.n, tally.excluded) == (n, TECHNICAL.burst[1])
    assert {ballot.exclusion for ballot in poll.ballots.excluded()} == {"author"}
    assert not rebuild_tallies(poll)


def test_readers_wrote_beside_other_and_said_their_roles():
    poll = Poll.objects.get(question=WEEK.question, follows=None)
    other = poll.options.get(is_other=True)
    written = [ballot.words for ballot in poll.ballots.with_words().filter(votes__option=other)]
    roles = Counter(poll.ballots.values_list("role", flat=True))

    assert [words.casefold() for words in written].count("recruiting") == 3
    assert set(roles) == {"", *poll.role_list}
    assert sum(roles.values()) == 212


def test_the_author_has_begun_to_sort_the_words():
    themes = Theme.objects.filter(words_notes__isnull=False).values_list("name", flat=True)

    assert {name for _poll, name, _starts in THEMES} == set(themes)
    assert WordsNote.objects.filter(theme__isnull=False).count() == sum(len(starts) for *_, starts in THEMES)
    assert WordsNote.objects.filter(starred=True).count() == len(STARRED)


def test_the_finished_series_asked_again_and_shows_who_moved(public_pages):
    poll = Poll.objects.get(question=MEETING_AGAIN.question, follows__isnull=False)
    both = poll.ballots.exclude(previous=None)

    page = next(page.text for path, page in public_pages.items() if path.endswith("/the-monday-meeting/"))

    assert both.count() == sum(count for _before, _now, count in MEETING_AGAIN.moves)
    assert both.filter(previous__poll=poll.follows).count() == both.count()
    assert poll.is_closed
    assert all(option.follows_id for option in poll.options.all())
    assert poll.breakdown.moves
    assert str(both.count()) in page


def test_a_scale_says_what_its_ends_mean(public_pages):
    page = next(page.text for path, page in public_pages.items() if path.endswith("/the-pipeline-review/"))

    assert all(end in page for end in USEFUL.ends)


def test_a_mail_ballot_belongs_to_a_subscriber_who_got_the_mail():
    poll = Poll.objects.get(question=WEEK.question, follows=None)
    submitted = Subscriber.objects.filter(deliveries__state="submitted")
    keys = {reader_key(poll, f"subscriber:{subscriber.uuid}") for subscriber in submitted}

    assert set(poll.ballots.filter(door="mail").values_list("reader_key", flat=True)) <= keys


def test_the_books_of_the_sent_issue_balance():
    issue = Issue.objects.get()

    books = issue_books(issue)

    assert books.candidates == books.submitted + books.failed + books.skipped + books.in_doubt + books.open
    assert (books.candidates, books.submitted, books.failed, books.skipped, books.in_doubt, books.open) == (
        (204, 196, 4, 3, 1, 0)
    )
    assert issue.candidate_count == 204


def test_every_failed_delivery_says_why_and_has_its_event():
    failed = Delivery.objects.filter(state="failed")

    assert all(delivery.reason for delivery in failed)
    assert DeliveryEvent.objects.filter(delivery__in=failed, type="bounced").count() == failed.count()


def test_nothing_waits_to_be_mailed_after_loading():
    assert not Outbox.objects.exists()
    assert not Delivery.objects.filter(state__in=("pending", "claimed", "sending", "deferred")).exists()
    assert not FollowUp.objects.filter(asked_at=None).exists()


def test_every_address_is_an_example():
    addresses = {
        *Subscriber.objects.values_list("address", flat=True),
        *XtdComment.objects.values_list("user_email", flat=True),
        *FollowUp.objects.values_list("address", flat=True),
        *get_user_model().objects.values_list("email", flat=True),
    }

    assert len(addresses) > 250
    assert [address for address in addresses if not re.search(r"@example\.(org|com|net)$", address)] == []


def test_every_public_page_answers_an_anonymous_reader(public_pages):
    assert {path: page.status_code for path, page in public_pages.items() if page.status_code != 200} == {}
    assert len(public_pages) > 15


def test_part_one_costs_a_reader_at_most_eight_queries(part_one, public_pages):
    anonymous(part_one.url)  # Wagtail remembers its sites and renditions from now on

    with CaptureQueriesContext(connection) as queries:
        assert anonymous(part_one.url).status_code == 200

    assert len(queries) <= 8, [query["sql"][:120] for query in queries]


def test_the_draft_of_part_two_is_nowhere_in_public(part_two, public_pages):
    leaks = [path for path, page in public_pages.items() if PART_TWO.title in page.text]

    assert leaks == []
    assert anonymous(f"/{part_two.get_parent().slug}/{part_two.slug}/").status_code == 404


def test_the_question_asked_again_is_not_open_before_part_two_is_out():
    again = Poll.objects.get(follows__question=WEEK.question)

    assert anonymous(f"/polls/{again.pk}/").status_code == 404


def test_comments_that_are_not_public_are_nowhere_in_public(public_pages):
    hidden = XtdComment.objects.exclude(onward_state__state=CommentState.State.PUBLIC)
    texts = [comment.comment[:40] for comment in hidden]

    leaks = [(path, text) for path, page in public_pages.items() for text in texts if text in page.text]

    assert len(texts) == 4
    assert leaks == []


def test_no_reader_s_address_is_on_a_public_page(public_pages):
    addresses = {
        *Subscriber.objects.values_list("address", flat=True),
        *XtdComment.objects.values_list("user_email", flat=True),
        *FollowUp.objects.values_list("address", flat=True),
    }

    assert [path for path, page in public_pages.items() if any(a in page.text for a in addresses)] == []


def test_quotes_respect_the_consent_given():
    quotes = RoundupQuote.objects.filter(source="polls")
    consent = {sentence.words: sentence for sentence in ALL_WORDS}

    assert quotes.exists()
    for quote in quotes:
        sentence = consent[quote.words]
        assert sentence.consent != "none"
        assert (quote.credit == sentence.credit) == (sentence.consent in {"name", "anonymous"})
        assert bool(quote.credit) == (sentence.consent in {"name", "initials"})


def test_a_sentence_not_to_be_quoted_is_neither_in_public_nor_in_the_draft(part_two, public_pages):
    kept = [
        sentence.words for sentence in ALL_WORDS if sentence.consent == "none" and len(sentence.words) > 20
    ]
    shown = [
        part_two.body.render_as_block({"page": part_two}),
        *(page.text for page in public_pages.values()),
    ]

    assert len(kept) > 5
    assert [words for words in kept if any(words in text for text in shown)] == []


def test_the_draft_of_part_two_holds_the_roundup_of_part_one(part_one, part_two):
    blocks = {child.block_type: child.value for child in part_two.body}

    assert not Page.objects.get(pk=part_two.pk).live
    assert blocks["roundup"]["roundup"].page_id == part_one.pk
    assert "212" in str(part_two.body.render_as_block({"page": part_two}))
    assert Roundup.objects.count() == 1


def test_the_author_is_no_superuser_and_reaches_every_desk(part_two):
    author = Client()
    assert author.login(username=people.AUTHOR_LOGIN, password=people.AUTHOR_PASSWORD)
    desks = [
        reverse("wagtailadmin_home"),
        reverse("wagtailadmin_pages:edit", args=[part_two.pk]),
        "/admin/comments/",
        "/admin/newsletter/issues/",
        "/admin/newsletter/subscribers/",
        "/admin/snippets/onward_polls/poll/",
        "/admin/snippets/onward_blog/author/",
    ]

    answers = {desk: author.get(desk).status_code for desk in desks}

    assert set(answers.values()) == {200}, answers
    assert not get_user_model().objects.get(username=people.AUTHOR_LOGIN).is_superuser


def test_the_author_s_first_look_finds_the_numbers(part_one):
    fold = part_one.onward_response_fold.data

    assert fold["polls"]["groups"][0]["total"] == 212
    assert fold["comments"]["total"] > 10
    assert fold["shares"]["total"] == 97


def test_the_site_is_called_by_its_name():
    assert Site.objects.get(is_default_site=True).site_name == people.SITE_NAME
    assert people.SITE_NAME in anonymous("/").text
