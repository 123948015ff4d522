"""The author opens the admin, sees what came in, and goes on from there."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from onward_blog.comments.moderating import reply_as_author
from onward_blog.desk.seen import mark_as_seen
from onward_blog.desk.summary import look_at_desk
from onward_blog.models import ResponseFold, Roundup
from onward_blog.pages.models import ArticlePage
from onward_blog.responses.folding import fold_responses
from onward_blog.roundups.next_part import write_next_part
from tests.blog.answers import a_part, a_poll, a_series, ballots, words
from tests.blog.discussion import a_public
from tests.blog.factories import make_author, make_image


pytestmark = pytest.mark.django_db


@pytest.fixture
def poll():
    return a_poll()


@pytest.fixture
def article(poll):
    return a_part(a_series("Out of date?"), body=[("poll", poll)])


def test_home_shows_what_came_in_since_the_author_marked_it_as_seen(article, poll, author):
    ballots(poll, {"Repair": 3})
    fold_responses()
    mark_as_seen(author.user)
    ballots(poll, {"Selling": 2})
    fold_responses()

    page = author.get(reverse("wagtailadmin_home")).content.decode()

    assert "Out of date?" in page
    assert "5 <b>+2</b>" in page
    assert "5 answers to “The squeezed manager” are ready for the next part." in page


def test_total_and_new_comments_count_readers_and_not_the_author_s_answers(article, author):
    make_author("A. Author", user=author.user)
    mark_as_seen(author.user)
    asked = a_public(article, "I coach on Fridays.")
    for text in ("Thank you.", "And on Mondays?"):
        reply_as_author(asked, text=text, user=author.user)
    fold_responses()

    row = look_at_desk(author.user).rows[0]

    assert (row.totals["comments"], row.new["comments"]) == (1, 1)


def test_a_series_with_all_its_parts_does_not_wait_for_another(poll, author):
    series = a_series(planned_parts=2)
    a_part(series)
    last = a_part(series, body=[("poll", poll)])
    ballots(poll, {"Repair": 3})
    fold_responses()

    assert look_at_desk(author.user).ready == []

    last.next_question = "And then?"
    last.save()
    assert [row.page.pk for row in look_at_desk(author.user).ready] == [last.pk]


def test_home_opens_the_draft_there_is(article, poll, author):
    ballots(poll, {"Repair": 12})
    fold_responses()
    next_part = reverse("onward_blog_desk:next_part", args=[article.pk])
    before = author.get(reverse("wagtailadmin_home")).content.decode()
    draft = write_next_part(article, user=author.user)

    page = author.get(reverse("wagtailadmin_home")).content.decode()

    assert f'data-w-action-url-value="{next_part}"' in before
    assert f'data-w-action-url-value="{next_part}"' not in page
    opens = f'href="{reverse("wagtailadmin_pages:edit", args=[draft.pk])}"'
    assert re.search(rf"{opens}>\s*Open the draft of the next part", page)
    responses = author.get(reverse("onward_blog_desk:responses", args=[article.pk])).content.decode()
    assert f'data-w-action-url-value="{next_part}"' in responses
    assert re.search(rf"{opens}>\s*Open the draft of the next part", responses)


def test_desk_asks_the_database_as_often_for_eight_articles_as_for_one(article, poll, author):
    mark_as_seen(author.user)
    ballots(poll, {"Repair": 2})
    fold_responses()
    with CaptureQueriesContext(connection) as for_one:
        look_at_desk(author.user)
    for _each in range(7):
        another = a_poll()
        part = a_part(article.get_parent(), body=[("image", {"image": make_image()}), ("poll", another)])
        ballots(another, {"Selling": 1})
        part.save_revision().publish()
    fold_responses()

    with CaptureQueriesContext(connection) as for_eight:
        rows = look_at_desk(author.user).rows

    assert [row.new["answers"] for row in rows] == [2] + [1] * 7
    assert len(for_eight) == len(for_one) <= 18


def test_home_of_a_new_site_says_the_next_step(author):
    page = author.get(reverse("wagtailadmin_home")).content.decode()

    assert "No article is published yet." in page


def test_button_writes_the_next_part_and_opens_it(article, poll, author):
    ballots(poll, {"Repair": 12})

    response = author.post(reverse("onward_blog_desk:next_part", args=[article.pk]))

    draft = ArticlePage.objects.exclude(pk=article.pk).get()
    assert response.url == reverse("wagtailadmin_pages:edit", args=[draft.pk])
    editor = author.get(response.url).content.decode()
    assert "What readers said is at the head of this draft, frozen as of now." in editor


def test_pressing_again_with_nothing_new_says_so(article, poll, author):
    ballots(poll, {"Repair": 12})
    address = reverse("onward_blog_desk:next_part", args=[article.pk])
    author.post(address)

    page = author.post(address, follow=True).content.decode()

    assert "nobody has answered since" in page


def test_editor_shows_the_sentences_themselves(article, poll, author):
    words(poll, "I stopped forwarding mails.", credit="Ingrid Solheim")
    draft = write_next_part(article, user=author.user)

    page = author.get(reverse("wagtailadmin_pages:edit", args=[draft.pk])).content.decode()

    assert "I stopped forwarding mails." in page
    assert "(Ingrid Solheim)" in page


def test_looking_at_the_button_changes_nothing(article, poll, author):
    ballots(poll, {"Repair": 12})

    page = author.get(reverse("onward_blog_desk:next_part", args=[article.pk])).content.decode()

    assert "This freezes 12 answers" in page
    assert (ArticlePage.objects.count(), Roundup.objects.count()) == (1, 0)


def test_a_stranger_reaches_no_screen_of_the_desk(article, stranger):
    for name in ("responses", "next_part", "tell", "mail"):
        response = stranger.get(reverse(f"onward_blog_desk:{name}", args=[article.pk]))
        assert response.status_code == 302
        assert "/admin/login/" in response.url


def test_editor_may_write_but_neither_tell_nor_mail(article, editor):
    assert editor.get(reverse("onward_blog_desk:responses", args=[article.pk])).status_code == 200
    for name in ("tell", "mail"):
        assert editor.get(reverse(f"onward_blog_desk:{name}", args=[article.pk])).status_code == 302
        assert editor.post(reverse(f"onward_blog_desk:{name}", args=[article.pk])).status_code == 302


def test_locked_draft_gets_a_sentence_and_no_revision(article, poll, author):
    ballots(poll, {"Repair": 12})
    mine = a_part(article.get_parent(), "Mine", live=False, locked=True)

    response = author.post(reverse("onward_blog_desk:next_part", args=[article.pk]), follow=True)

    assert "The draft “Mine” is locked, so nothing was changed." in response.content.decode()
    assert mine.revisions.count() == 0


def test_responses_screen_lists_numbers_sentences_and_roundups(article, poll, author):
    ballots(poll, {"Repair": 12, "Selling": 3})
    words(poll, "Quote me, please.", consent="name", credit="Ingrid Solheim")
    words(poll, "Not me.", consent="none", credit="")
    write_next_part(article, user=author.user)

    page = author.get(reverse("onward_blog_desk:responses", args=[article.pk])).content.decode()

    assert "Quote me, please." in page
    assert "Not me." not in page
    assert "14" in page
    assert "82%" in page
    assert "no published part yet" in page


def test_header_of_the_article_offers_the_next_part_by_post_only(article, author):
    page = author.get(reverse("wagtailadmin_pages:edit", args=[article.pk])).content.decode()

    address = reverse("onward_blog_desk:next_part", args=[article.pk])
    assert f'data-w-action-url-value="{address}"' in page
    assert f'href="{address}"' not in page


def test_folding_again_changes_nothing(article, poll):
    ballots(poll, {"Repair": 2})

    assert fold_responses() == 1
    before = ResponseFold.objects.get().folded_at
    assert fold_responses() == 0
    assert ResponseFold.objects.get().folded_at == before
