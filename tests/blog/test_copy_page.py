"""An editor copies a page that shows polls."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.actions.copy_for_translation import CopyPageForTranslationAction
from wagtail.models import Locale, Page

from onward_blog.pages.models import ArticlePage
from onward_blog.responses.polls import polls_of
from onward_polls.models import Ballot, Poll
from tests.blog.answers import a_part, a_poll, a_series, ballots


pytestmark = pytest.mark.django_db


@pytest.fixture
def poll() -> Poll:
    poll = a_poll()
    ballots(poll, {"Repair": 3})
    return poll


@pytest.fixture
def article(poll: Poll) -> ArticlePage:
    article = a_part(a_series(), body=[("paragraph", "<p>Before.</p>"), ("poll", poll)])
    article.save_revision().publish()
    return ArticlePage.objects.get(pk=article.pk)


def copy_of(page: Page, editor: Client, **answers: Any) -> Any:
    """Send Wagtail's form for copying a page and return the new one."""
    form = {
        "new_title": "A copy",
        "new_slug": "a-copy",
        "new_parent_page": page.get_parent().pk,
        **answers,
    }
    response = editor.post(reverse("wagtailadmin_pages:copy", args=[page.pk]), form)
    assert response.status_code == 302, response.context["form"].errors
    return Page.objects.get(slug="a-copy").specific


def test_the_form_asks_and_proposes_a_new_poll(article: ArticlePage, poll: Poll, author: Client) -> None:
    html = author.get(reverse("wagtailadmin_pages:copy", args=[article.pk])).content.decode()

    assert poll.question in html
    assert 'name="polls" value="new"' in html.replace("  ", " ")
    new = next(line for line in html.splitlines() if 'value="new"' in line)
    same = next(line for line in html.splitlines() if 'value="same"' in line)
    assert "checked" in new
    assert "checked" not in same


def test_a_page_without_polls_is_copied_as_ever(author: Client) -> None:
    page = a_part(a_series(), body=[("paragraph", "<p>Nothing is asked.</p>")])

    html = author.get(reverse("wagtailadmin_pages:copy", args=[page.pk])).content.decode()

    assert 'name="polls"' not in html
    assert copy_of(page, author).title == "A copy"


@pytest.mark.parametrize("answers", [{"polls": "new"}, {}], ids=["chosen", "not said"])
def test_a_copied_page_asks_anew(
    article: ArticlePage, poll: Poll, author: Client, answers: dict[str, str]
) -> None:
    copy = copy_of(article, author, publish_copies="on", **answers)

    [new] = polls_of(copy)
    assert new.pk != poll.pk
    assert (new.question, [option.text for option in new.options.all()]) == (
        poll.question,
        ["Repair", "Selling"],
    )
    assert not new.ballots.exists()
    assert poll.ballots.count() == 3
    assert polls_of(ArticlePage.objects.get(pk=article.pk)) == [poll]


def test_readers_of_the_copy_vote_in_the_new_poll_only(
    article: ArticlePage, poll: Poll, author: Client, reader: Client
) -> None:
    copy = copy_of(article, author, publish_copies="on")
    [new] = polls_of(copy)
    address = reverse("onward_polls:poll", args=[new.pk])

    form = {"option": str(new.options.first().uuid), "page": copy.pk}
    page = reader.post(address, form)
    token = page.context["csrf_token"] if page.status_code == 200 else ""
    reader.post(address, {**form, "csrfmiddlewaretoken": str(token)})

    assert Ballot.objects.filter(poll=new).count() == 1
    assert Ballot.objects.filter(poll=poll).count() == 3


def test_the_editor_may_keep_the_same_poll(article: ArticlePage, poll: Poll, author: Client) -> None:
    copy = copy_of(article, author, polls="same", publish_copies="on")

    assert polls_of(copy) == [poll]
    assert Poll.objects.count() == 1


def test_no_earlier_text_of_a_copy_brings_the_old_poll_back(
    article: ArticlePage, poll: Poll, author: Client
) -> None:
    earlier = a_poll("What did we ask at first?")
    article.body = [("poll", earlier)]
    article.save_revision()
    article.body = [("poll", poll)]
    article.save_revision()

    copy = copy_of(article, author)

    asked = {found.pk for revision in copy.revisions.all() for found in polls_of(revision.as_object())}
    assert asked
    assert not asked & {poll.pk, earlier.pk}
    assert {found.pk for found in polls_of(copy.get_latest_revision_as_object())} < asked


def test_a_copied_series_has_one_new_poll_for_each_old_one(
    article: ArticlePage, poll: Poll, author: Client
) -> None:
    again = a_poll("Once more: what takes most of your week?", follows=poll)
    series = article.get_parent().specific
    a_part(series, "Part 2", body=[("poll", poll), ("poll", again)])

    copy = copy_of(series, author, copy_subpages="on")

    first, second = (part.specific for part in copy.get_children())
    [new] = polls_of(first)
    kept, new_again = polls_of(second)
    assert kept.pk == new.pk
    assert new_again.follows_id == new.pk
    assert Poll.objects.count() == 4


def test_a_page_below_is_enough_to_be_asked(article: ArticlePage, author: Client) -> None:
    home = article.get_parent().get_parent()

    form = author.get(reverse("wagtailadmin_pages:copy", args=[home.pk]))

    assert b'name="polls"' in form.content


def test_an_alias_shows_the_same_poll(article: ArticlePage, poll: Poll, author: Client) -> None:
    alias = copy_of(article, author, alias="on", polls="new")

    assert alias.alias_of_id == article.pk
    assert polls_of(alias) == [poll]
    assert Poll.objects.count() == 1


def test_a_translation_shows_the_same_poll(article: ArticlePage, poll: Poll) -> None:
    german = Locale.objects.create(language_code="de")

    translated = CopyPageForTranslationAction(article, german, copy_parents=True).execute(
        skip_permission_checks=True
    )

    assert polls_of(translated.specific) == [poll]


def test_a_copy_made_in_code_keeps_the_poll_until_it_is_given_one(article: ArticlePage, poll: Poll) -> None:
    from onward_blog.responses.polls.copying import give_new_polls

    copy = article.copy(update_attrs={"slug": "by-code"})
    assert polls_of(copy) == [poll]

    give_new_polls(copy)

    [new] = polls_of(ArticlePage.objects.get(pk=copy.pk))
    assert new.pk != poll.pk


def test_a_copy_that_fails_leaves_neither_page_nor_poll(
    article: ArticlePage, author: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(page: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("onward_blog.copying.hooks.give_new_polls", stumble)

    with pytest.raises(RuntimeError, match="disk"):
        copy_of(article, author)

    assert not Page.objects.filter(slug="a-copy").exists()
    assert Poll.objects.count() == 1
