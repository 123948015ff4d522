"""A series is ended: it says so, it is summed up, and its followers hear of it once and then no more."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from onward_blog import mailing
from onward_blog.following.ending import (
    FollowingIsOver,
    NotAllowed,
    end_series,
    reopen_series,
    settle_all,
    settle_following,
)
from onward_blog.models import Roundup
from onward_blog.pages.models import ArticlePage, SeriesPage
from onward_blog.responses.folding import fold_responses
from onward_newsletter.actions.issues import prepare_issue, send_issue
from onward_newsletter.addresses import address_key
from onward_newsletter.models import Delivery, Newsletter, Subscriber, Subscription, Topic
from onward_newsletter.pump import pump
from tests.blog.answers import a_part, a_poll, a_series, ballots, words


pytestmark = pytest.mark.django_db


@pytest.fixture
def newsletter() -> Newsletter:
    return Newsletter.objects.create(
        name="Onward", slug="onward", sender_name="A. Author", sender_address="author@example.org"
    )


@pytest.fixture
def series(newsletter: Newsletter) -> SeriesPage:
    """Two parts, the first with 13 answers of which one has words to quote, the second with 1,040."""
    series = a_series("Out of date?", planned_parts=4)
    week, title = a_poll(), a_poll("Which title?")
    ballots(week, {"Repair": 12})
    words(week, "I repair, all week.", credit="Ingrid Solheim")
    ballots(title, {"Repair": 700, "Selling": 340})
    a_part(series, "The squeezed manager", body=[("poll", week)])
    a_part(series, "The title", body=[("poll", title)], next_question="Who pays?")
    mailing.topic_for_series(series)
    fold_responses()
    return SeriesPage.objects.get(pk=series.pk)


def again(page: Any) -> Any:
    return type(page).objects.get(pk=page.pk)


def follows(address: str, series: SeriesPage | None) -> Subscription:
    key = address_key(address)
    subscriber, _made = Subscriber.objects.get_or_create(address_key=key, defaults={"address": address})
    return Subscription.objects.create(
        subscriber=subscriber,
        newsletter=Newsletter.objects.get(),
        topic=mailing.topic_for_series(series) if series else None,
        state="active",
        confirmed_at=timezone.now(),
    )


def send_all(part: Any, callbacks: Any) -> Any:
    issue = mailing.issue_for_article(part)
    send_issue(issue)
    prepare_issue(issue)
    with callbacks(execute=True):
        while pump(limit_seconds=5).submitted:
            pass
    issue.refresh_from_db()
    return issue


def accept(draft: ArticlePage) -> ArticlePage:
    """Do what the author does in the editor before publishing."""
    for block in draft.body:
        if "accepted" in block.value:
            block.value["accepted"] = True
    draft.save_revision().publish()
    return again(draft)


def text_of(reader: Client, address: str) -> str:
    response = reader.get(address)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def screen(series: SeriesPage) -> str:
    return reverse("onward_blog_following:end", args=[series.pk])


def test_the_screen_says_what_will_happen_and_get_does_nothing(series: SeriesPage, author: Client) -> None:
    follows("only@example.org", series)
    follows("both@example.org", series)
    follows("both@example.org", None)

    html = text_of(author, screen(series))

    assert "has 2 parts, with 1,053 answers" in html
    assert "The announcement “Who pays?” disappears." in html
    assert "2 readers follow it, 1 of them nothing else." in html
    assert again(series).ended_at is None


def test_the_button_stands_above_a_series_that_is_out(series: SeriesPage, author: Client) -> None:
    for name in ("wagtailadmin_pages:edit", "wagtailadmin_explore"):
        assert screen(series) in author.get(reverse(name, args=[series.pk])).content.decode()


def test_an_editor_who_may_not_publish_cannot_end_it(series: SeriesPage, editor: Any, reader: Client) -> None:
    for person in (editor, reader):
        assert person.post(screen(series), {"do": "end"}).status_code in {302, 403}
    with pytest.raises(NotAllowed):
        end_series(series, user=editor.user)

    assert again(series).ended_at is None
    assert (
        screen(series)
        not in editor.get(reverse("wagtailadmin_pages:edit", args=[series.pk])).content.decode()
    )


def test_ending_prepares_a_part_from_the_roundups_of_all_parts(series: SeriesPage, author: Client) -> None:
    response = author.post(screen(series), {"do": "end", "closing_part": "1"})

    draft = ArticlePage.objects.get(live=False)
    assert response["Location"] == reverse("wagtailadmin_pages:edit", args=[draft.pk])
    assert draft.title == "What 2 parts and 1,053 answers say"
    head, *blocks = draft.get_latest_revision_as_object().body
    assert (head.block_type, head.value["figure"]) == ("we_asked", "1,053")
    assert head.value["asked"] == "2 questions in 2 parts."
    assert "1 came with a sentence of the reader’s own." in head.value["said"]
    assert [block.value["heading"] for block in blocks] == [
        "Part 1: The squeezed manager",
        "Part 2: The title",
    ]
    assert [block.value["roundup"] for block in blocks] == list(Roundup.objects.order_by("page__path"))
    assert [quote.words for quote in blocks[0].value["quotes"]] == ["I repair, all week."]
    assert not any(block.value["accepted"] for block in draft.body)


def test_the_part_that_sums_up_shows_numbers_themes_and_sentences_with_their_source(
    series: SeriesPage, author: Any, reader: Client
) -> None:
    part = accept(end_series(series, user=author.user))

    html = text_of(reader, part.url)

    for roundup in Roundup.objects.all():
        assert f'href="{reverse("onward_blog:roundup", args=[roundup.pk])}"' in html
    assert "I repair, all week." in html
    assert "700" in html


def test_a_draft_that_was_begun_does_not_take_the_number_of_the_last_part(
    series: SeriesPage, author: Any
) -> None:
    begun = a_part(series, "Never finished", live=False)

    draft = end_series(again(series), user=author.user)

    assert draft.title == "What 2 parts and 1,053 answers say"
    assert [part.pk for part in again(series).parts()][2:] == [draft.pk, begun.pk]
    assert again(draft).part_number == 3
    assert again(draft).url == f"{series.url}{draft.slug}/"


def test_what_nobody_answered_is_not_summed_up(newsletter: Newsletter, author: Any) -> None:
    series = a_series()
    a_part(series, body=[("poll", a_poll())])

    assert end_series(again(series), user=author.user) is None
    assert again(series).ended_at is not None


def test_ending_twice_makes_one_draft(series: SeriesPage, author: Any) -> None:
    stale = again(series)

    first, second = end_series(series, user=author.user), end_series(stale, user=author.user)

    assert first is not None
    assert second is not None
    assert first.pk == second.pk
    assert ArticlePage.objects.filter(live=False).count() == 1


def test_a_series_that_goes_on_and_ends_again_keeps_its_draft(series: SeriesPage, author: Any) -> None:
    draft = end_series(series, user=author.user)
    reopen_series(series, user=author.user)

    assert end_series(again(series), user=author.user).pk == draft.pk


def test_publishing_an_older_draft_of_the_series_does_not_open_it_again(
    series: SeriesPage, author: Any
) -> None:
    revision = series.save_revision()
    end_series(series, user=author.user)

    revision.publish()

    assert again(series).ended_at is not None


def test_a_copy_of_a_series_that_has_ended_is_a_new_one(series: SeriesPage, author: Any) -> None:
    end_series(series, user=author.user)

    assert series.copy(update_attrs={"slug": "copy"}).ended_at is None


def test_readers_see_that_it_is_complete_and_where_it_is_summed_up(
    series: SeriesPage, author: Any, reader: Client
) -> None:
    first = series.live_parts()[0]
    assert "Who pays?" in text_of(reader, series.url)
    part = accept(end_series(series, user=author.user))

    for address in (first.url, series.url, f"{series.url}next/"):
        html = text_of(reader, address)
        assert "This series was completed" in html or "This series is complete" in html, address
        assert f'href="{part.url}">What 2 parts and 1,053 answers say' in html, address
        assert "Who pays?" not in html, address
    assert "Part 1 of 3" in text_of(reader, first.url)
    assert "Announced" not in reader.get(f"{series.url}feed/").content.decode()


def test_a_series_without_a_last_part_is_complete_too(
    series: SeriesPage, author: Any, reader: Client
) -> None:
    end_series(series, user=author.user, with_closing_part=False)

    html = text_of(reader, f"{series.url}next/")

    assert "No further part is coming. All of it can be read here." in html
    assert not ArticlePage.objects.filter(live=False).exists()


def test_nobody_is_offered_to_follow_it_any_more(series: SeriesPage, author: Any, reader: Client) -> None:
    topic = f'name="topic" value="{Topic.objects.get().pk}"'
    first = series.live_parts()[0]
    assert topic in text_of(reader, first.url)

    end_series(series, user=author.user)

    for address in (first.url, series.url, f"{series.url}next/"):
        html = text_of(reader, address)
        assert topic not in html, address
        assert 'name="address"' in html, address


def test_an_article_of_it_costs_no_query_more(series: SeriesPage, author: Any, reader: Client) -> None:
    first = series.live_parts()[0]
    counts = []
    for _time in range(2):
        reader.get(first.url)
        with CaptureQueriesContext(connection) as queries:
            reader.get(first.url)
        counts.append(len(queries))
        end_series(again(series), user=author.user)

    assert counts[1] <= counts[0]


def test_followers_get_the_last_part_and_are_let_go(
    series: SeriesPage, author: Any, django_capture_on_commit_callbacks: Any
) -> None:
    only, both = follows("only@example.org", series), follows("both@example.org", series)
    everything = follows("both@example.org", None)
    waiting = follows("waiting@example.org", series)
    Subscription.objects.filter(pk=waiting.pk).update(state="pending")
    part = accept(end_series(series, user=author.user))
    assert settle_all() == 0

    issue = send_all(part, django_capture_on_commit_callbacks)

    assert issue.state == "submitted"
    assert Topic.objects.get().ended_at is not None
    for gone in (only, both, waiting):
        gone.refresh_from_db()
        assert (gone.state, gone.end_reason) == ("ended", "topic_ended")
    everything.refresh_from_db()
    assert everything.state == "active"


def test_whoever_followed_nothing_else_is_offered_what_comes_next_and_nobody_else(
    series: SeriesPage, author: Any, mailoutbox: Any, django_capture_on_commit_callbacks: Any
) -> None:
    other = a_series("The next one")
    follows("only@example.org", series)
    for address in ("everything@example.org", "other@example.org"):
        follows(address, series)
    follows("everything@example.org", None)
    follows("other@example.org", other)
    part = accept(end_series(series, user=author.user))

    send_all(part, django_capture_on_commit_callbacks)

    mails = {mail.to[0]: mail for mail in mailoutbox if mail.subject == part.title}
    assert set(mails) == {"only@example.org", "everything@example.org", "other@example.org"}
    offer = "This is the last mail about “Out of date?”"
    assert [address for address, mail in mails.items() if offer in mail.body] == ["only@example.org"]
    mine = mails["only@example.org"]
    assert "To get “The next one”, or whatever comes next" in mine.body
    assert offer in mine.alternatives[0][0]
    assert all("%%" not in mail.body and "%%" not in mail.alternatives[0][0] for mail in mails.values())


def test_the_offer_leads_to_everything_with_the_link_of_that_mail(
    series: SeriesPage, author: Any, reader: Client, django_capture_on_commit_callbacks: Any
) -> None:
    subscription = follows("only@example.org", series)
    part = accept(end_series(series, user=author.user))
    send_all(part, django_capture_on_commit_callbacks)
    page = reverse("onward_newsletter:manage", args=[Delivery.objects.get().token])

    assert f'value="topic-{subscription.topic_id}"' not in text_of(reader, page)
    reader.post(page, {"do": "save", "want": f"newsletter-{subscription.newsletter_id}"})

    mine = Subscription.objects.filter(subscriber=subscription.subscriber_id, state="active")
    assert [row.topic for row in mine] == [None]


def test_no_part_of_a_series_that_goes_on_says_that_it_is_the_last(
    series: SeriesPage, mailoutbox: Any, django_capture_on_commit_callbacks: Any
) -> None:
    follows("only@example.org", series)

    send_all(series.live_parts()[-1], django_capture_on_commit_callbacks)

    assert "last mail" not in mailoutbox[-1].body
    assert Topic.objects.get().ended_at is None


def test_a_worker_that_died_after_the_last_mail_leaves_nobody_following(
    series: SeriesPage, author: Any
) -> None:
    subscription = follows("only@example.org", series)
    part = accept(end_series(series, user=author.user))
    issue = mailing.issue_for_article(part)
    type(issue).objects.filter(pk=issue.pk).update(state="submitted")  # and its signal was never sent

    assert settle_all() == 1
    assert settle_all() == 0
    subscription.refresh_from_db()
    assert subscription.end_reason == "topic_ended"


def test_without_a_last_part_following_ends_with_the_issue_of_the_newest_one(
    series: SeriesPage, author: Any, django_capture_on_commit_callbacks: Any
) -> None:
    follows("only@example.org", series)
    end_series(series, user=author.user, with_closing_part=False)
    assert mailing.is_followed(series)

    send_all(again(series).live_parts()[-1], django_capture_on_commit_callbacks)

    assert mailing.following_is_over(series)


def test_following_ends_at_once_where_the_newest_part_was_mailed_before(
    series: SeriesPage, author: Any, django_capture_on_commit_callbacks: Any
) -> None:
    follows("only@example.org", series)
    send_all(series.live_parts()[-1], django_capture_on_commit_callbacks)

    assert "following ends at once" in text_of(author, screen(series))
    author.post(screen(series), {"do": "end"})

    assert mailing.following_is_over(series)


def test_followers_wait_for_a_draft_and_not_for_ever_for_nothing(series: SeriesPage, author: Any) -> None:
    follows("only@example.org", series)
    draft = end_series(series, user=author.user)
    long_ago = timezone.now() - timedelta(days=31)
    SeriesPage.objects.update(ended_at=long_ago)
    ArticlePage.objects.filter(live=True).update(first_published_at=long_ago)

    assert settle_following(again(series)) == 0
    again(draft).delete()
    assert settle_following(again(series)) == 1


def test_a_series_goes_on_until_its_followers_were_let_go(
    series: SeriesPage, author: Any, reader: Client, django_capture_on_commit_callbacks: Any
) -> None:
    follows("only@example.org", series)
    draft = end_series(series, user=author.user)

    author.post(screen(series), {"do": "reopen"})
    assert "Who pays?" in text_of(reader, series.url)
    end_series(again(series), user=author.user)
    send_all(accept(draft), django_capture_on_commit_callbacks)

    with pytest.raises(FollowingIsOver):
        reopen_series(again(series), user=author.user)
    assert "Its followers have had their last mail" in text_of(author, screen(series))
    assert again(series).ended_at is not None


def test_who_comes_too_late_to_confirm_is_not_let_in(
    series: SeriesPage, author: Any, django_capture_on_commit_callbacks: Any
) -> None:
    from onward_newsletter.actions.subscribing import TopicEnded, subscribe

    follows("only@example.org", series)
    send_all(accept(end_series(series, user=author.user)), django_capture_on_commit_callbacks)

    with pytest.raises(TopicEnded):
        subscribe(
            Newsletter.objects.get(),
            address="late@example.org",
            topic=Topic.objects.get(),
            consent_text="Yes.",
            consent_page="/",
            source="page",
        )


def test_a_part_after_the_end_is_not_announced_to_those_who_were_let_go(
    series: SeriesPage, author: Any, django_capture_on_commit_callbacks: Any
) -> None:
    follows("only@example.org", series)
    follows("everything@example.org", None)
    send_all(accept(end_series(series, user=author.user)), django_capture_on_commit_callbacks)
    late = a_part(again(series), "An afterword")

    assert set(mailing.followers(again(late))) == {"everything@example.org"}
