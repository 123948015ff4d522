"""A reader takes a sentence back while the part that quotes it is still a draft: readers never see its empty place."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupApprovalTask, Page, Workflow, WorkflowPage, WorkflowTask

from onward_blog.models import RoundupUse
from onward_blog.pages.models import ArticlePage
from onward_blog.roundups.actions import withdraw_quotes
from onward_blog.roundups.leaving_out import leave_out_unread
from onward_blog.roundups.next_part import write_next_part
from onward_polls.actions import withdraw_consent
from onward_polls.models import Ballot
from tests.blog.answers import a_part, a_poll, a_series, accepted, ballots, words
from tests.blog.editing import latest_of, press
from tests.conftest import Person


pytestmark = pytest.mark.django_db

KEPT, GONE = "I repair what others drop.", "I am the integration layer."
PLACEHOLDER = "took it back"
CHANGED = "I rewrote the part, <em>all</em> of it."


@pytest.fixture
def article() -> Any:
    poll = a_poll()
    ballots(poll, {"Repair": 12, "Selling": 3})
    words(poll, KEPT)
    words(poll, GONE)
    article = a_part(a_series(), body=[("poll", poll)])
    article.save_revision().publish()
    return article


@pytest.fixture
def draft(article: Any, author: Person) -> Any:
    """Return the next part, whose author stands by what it says; one of its two sentences was taken back since."""
    draft = accepted(write_next_part(article, user=author.user))
    draft.body[0].value["changed"] = CHANGED
    draft.save_revision()
    return draft


def take_back(*texts: str) -> None:
    keys = Ballot.objects.filter(words__in=texts).values_list("uuid", flat=True)
    withdraw_quotes("polls", [str(uuid) for uuid in keys])


def read(page: Any) -> str:
    """Return what readers see of a page, which must be out."""
    response = Client().get(ArticlePage.objects.get(pk=page.pk).url)
    assert response.status_code == 200
    return response.content.decode()


def by_button(draft: Any, author: Person) -> None:
    assert press(author, draft, "publish").status_code == 302


def by_script(draft: Any, author: Person) -> None:
    draft.get_latest_revision().publish(user=author.user)


def by_saving(draft: Any, author: Person) -> None:
    page = latest_of(draft)
    page.live = True
    page.save()


def by_schedule(draft: Any, author: Person) -> None:
    draft.revisions.update(approved_go_live_at=timezone.now() - timedelta(minutes=1))
    call_command("publish_scheduled")


def with_many(draft: Any, author: Person) -> None:
    many = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    author.post(f"{many}?id={draft.pk}", {"include_descendants": ""})


def by_workflow(draft: Any, author: Person) -> None:
    task = GroupApprovalTask.objects.create(name="Read it")
    task.groups.set(author.user.groups.all())
    workflow = Workflow.objects.create(name="Reading")
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    WorkflowPage.objects.create(workflow=workflow, page=Page.objects.get(pk=draft.get_parent().pk))
    workflow.start(draft, author.user)
    state = draft.current_workflow_task_state
    author.post(reverse("wagtailadmin_pages:workflow_action", args=[draft.pk, "approve", state.pk]))


@pytest.mark.parametrize("publish", [by_button, by_script, by_saving, by_schedule, with_many, by_workflow])
def test_by_whatever_way_it_goes_out_the_line_is_gone_and_every_other_word_stands(
    draft: Any, author: Person, publish: Any
) -> None:
    take_back(GONE)

    publish(draft, author)

    page = read(draft)
    assert PLACEHOLDER not in page
    assert GONE not in page
    assert KEPT in page
    assert "I rewrote the part, &lt;em&gt;all&lt;/em&gt; of it." in page


def test_a_sentence_taken_back_between_scheduling_and_the_hour_leaves_no_empty_place(
    draft: Any, author: Person
) -> None:
    later = timezone.now() + timedelta(days=2)
    assert press(author, draft, "publish", go_live_at=later.strftime("%Y-%m-%d %H:%M")).status_code == 302
    take_back(GONE)

    with time_machine.travel(later + timedelta(minutes=1), tick=False):
        call_command("publish_scheduled")

    assert PLACEHOLDER not in read(draft)


def test_only_that_line_goes_and_the_revision_stays_as_it_was(draft: Any, author: Person) -> None:
    before = draft.body.stream_block.get_prep_value(latest_of(draft).body)
    take_back(GONE)

    by_button(draft, author)

    page = ArticlePage.objects.get(pk=draft.pk)
    live, revision = (
        page.body.stream_block.get_prep_value(each.body) for each in (page, page.live_revision.as_object())
    )
    quotes = [
        live[1]["value"].pop("quotes"),
        *(each[1]["value"].pop("quotes") for each in (revision, before)),
    ]
    assert [len(each) for each in quotes] == [1, 2, 2]
    assert quotes[0][0] in quotes[2]
    assert live == revision == before
    assert RoundupUse.objects.get(page=page.pk).quotes.count() == 1
    history = author.get(reverse("wagtailadmin_pages:history", args=[page.pk])).content.decode()
    assert "were left out" in history


def test_what_readers_have_seen_keeps_its_place_however_often_the_part_is_published(
    draft: Any, author: Person
) -> None:
    by_button(draft, author)
    take_back(GONE)

    for title in ("Another title", "A third one"):
        assert PLACEHOLDER in read(draft)
        assert press(author, draft, "publish", title=title).status_code == 302

    draft = ArticlePage.objects.get(pk=draft.pk)
    draft.unpublish()
    by_script(draft, author)
    assert read(draft).count(PLACEHOLDER) == 1


def test_a_line_added_to_a_published_part_and_taken_back_before_it_went_out_is_dropped(
    draft: Any, author: Person
) -> None:
    body = draft.body.stream_block.get_prep_value(draft.body)
    quotes = body[1]["value"]["quotes"]
    body[1]["value"]["quotes"] = quotes[:1]
    draft.body = draft.body.stream_block.to_python(body)
    draft.save_revision().publish(user=author.user)
    body[1]["value"]["quotes"] = quotes
    draft.body = draft.body.stream_block.to_python(body)
    draft.save_revision()
    take_back(KEPT, GONE)

    by_script(draft, author)

    assert read(draft).count(PLACEHOLDER) == 1


def test_a_copy_that_never_showed_it_does_not_show_its_place(draft: Any, author: Person) -> None:
    by_button(draft, author)
    take_back(GONE)

    copy = ArticlePage.objects.get(pk=draft.pk).copy(update_attrs={"title": "Again", "slug": "again"})

    assert PLACEHOLDER in read(draft)
    assert PLACEHOLDER not in read(copy)


def test_a_part_whose_only_sentences_were_taken_back_goes_out_with_its_numbers(
    draft: Any, author: Person
) -> None:
    take_back(KEPT, GONE)

    by_button(draft, author)

    page = read(draft)
    assert PLACEHOLDER not in page
    assert "of 17 readers who chose to answer" in page


def test_consent_given_back_by_the_reader_s_own_press_does_the_same(
    draft: Any, author: Person, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_consent(Ballot.objects.get(words=GONE))

    by_button(draft, author)

    assert PLACEHOLDER not in read(draft)


def test_an_article_without_quotes_asks_the_database_for_none(
    article: Any, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        assert leave_out_unread(ArticlePage(pk=article.pk, live=True, body=[]), None) == 0
