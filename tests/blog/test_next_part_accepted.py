"""What the site wrote into a draft goes out only once its author stands by it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupApprovalTask, GroupPagePermission, Page, Workflow, WorkflowPage, WorkflowTask

from onward_blog.pages.models import ArticlePage
from onward_blog.roundups.accepting import TextNotAccepted, waiting_blocks
from onward_blog.roundups.next_part import write_next_part
from onward_newsletter.models import Outbox
from tests.blog.answers import a_part, a_poll, a_series, accepted, ballots, words
from tests.blog.editing import address_of_editor, form_of_draft, latest_of, press, shown


pytestmark = pytest.mark.django_db

ASKED = "The site wrote “We asked, you said” from readers’ answers, and nobody has accepted it."
SAID = "The site wrote “What readers said” from readers’ answers, and nobody has accepted it."
TICKED = {"body-0-value-accepted": "on", "body-1-value-accepted": "on"}


@pytest.fixture
def article():
    poll = a_poll()
    ballots(poll, {"Repair": 12, "Selling": 3})
    words(poll, "I am the integration layer.")
    return a_part(a_series(), body=[("poll", poll)], live=True, next_question="Who repairs it?")


@pytest.fixture
def draft(article, author):
    return write_next_part(article, user=author.user)


def is_out(page) -> bool:
    return ArticlePage.objects.get(pk=page.pk).live


def test_publishing_says_which_blocks_wait_and_keeps_what_was_typed(draft, author):
    response = press(author, draft, "publish", **{"body-0-value-changed": "I rewrote the part."})

    page = shown(response)
    assert not is_out(draft)
    assert ASKED in page
    assert SAID in page
    assert "I rewrote the part." in page


def test_publishing_goes_through_once_each_block_is_ticked(draft, author):
    assert press(author, draft, "publish", **{"body-0-value-accepted": "on"}).status_code == 200
    assert not is_out(draft)

    assert press(author, draft, "publish", **TICKED).status_code == 302
    assert is_out(draft)


def test_text_the_author_changed_still_wants_one_tick(draft, author):
    changed = {f"body-0-value-{line}": "My own words." for line in ("asked", "figure", "said")}

    assert ASKED in shown(press(author, draft, "publish", **changed))


def test_drafts_are_saved_by_hand_and_by_autosave_while_blocks_wait(draft, author):
    saved = press(author, draft, **{"body-0-value-changed": "Half a tho"})
    form = {**form_of_draft(draft), "body-0-value-changed": "Half a thought"}
    autosaved = author.post(address_of_editor(draft), form, headers={"Accept": "application/json"})

    assert saved.status_code == 302
    assert autosaved.json()["success"]
    latest = latest_of(draft)
    assert latest.body[0].value["changed"] == "Half a thought"
    assert [block.value["accepted"] for block in latest.body[:2]] == [False, False]


def test_preview_shows_a_draft_whose_blocks_wait(draft, author):
    preview = reverse("wagtailadmin_pages:preview_on_edit", args=[draft.pk])

    assert author.post(preview, form_of_draft(draft)).json()["is_valid"]
    assert "of 16 readers who chose to answer" in author.get(preview).content.decode()


def test_a_block_of_the_author_s_own_needs_no_tick(article, author):
    body = [
        ("we_asked", {"asked": "Mine?", "figure": "1", "said": "of one.", "changed": "", "roundup": None})
    ]
    mine = a_part(article.get_parent(), "Mine", body, live=False)
    mine.save_revision()

    assert press(author, mine, "publish").status_code == 302
    assert is_out(mine)


def test_text_published_before_blocks_were_marked_counts_as_accepted(article, draft, author):
    stored = draft.body.stream_block.get_prep_value(draft.body)
    for block in stored[:2]:
        del block["value"]["generated"], block["value"]["accepted"]
    old = a_part(article.get_parent(), "Published last year", live=False)
    old.body = draft.body.stream_block.to_python(stored)

    old.save_revision().publish(user=author.user)

    assert is_out(old)
    assert waiting_blocks(ArticlePage.objects.get(pk=old.pk)) == []
    assert press(author, old, "publish", title="A new title").status_code == 302


def test_a_schedule_is_refused_like_publishing(draft, author):
    later = (timezone.now() + timedelta(days=2)).strftime("%Y-%m-%d %H:%M")

    response = press(author, draft, "publish", go_live_at=later)

    assert ASKED in shown(response)
    assert not draft.revisions.filter(approved_go_live_at__isnull=False).exists()


def test_publishing_while_somebody_saves_a_draft_elsewhere_is_refused_as_well(draft, author):
    # Wagtail keeps on the block itself that a draft is being saved, which is seen in every thread.
    block = ArticlePage.body.field.stream_block
    block.defer_required_validation()
    try:
        response = press(author, draft, "publish", **{"body-0-value-changed": "I rewrote the part."})
    finally:
        block.restore_deferred_validation()

    assert ASKED in author.get(response.url).content.decode()
    assert not is_out(draft)
    assert latest_of(draft).body[0].value["changed"] == "I rewrote the part."


def test_scripts_are_refused_too_and_nothing_goes_out(draft, author):
    with pytest.raises(TextNotAccepted, match="We asked, you said"):
        draft.get_latest_revision().publish(user=author.user)
    latest = draft.get_latest_revision_as_object()
    latest.live = True
    with pytest.raises(ValidationError):
        latest.save()

    assert not is_out(draft)


def test_a_revision_that_was_scheduled_by_a_script_stays_back_and_its_author_is_told(
    article, draft, author, django_capture_on_commit_callbacks
):
    other = a_part(article.get_parent(), "Due as well", live=False)
    other.save_revision(approved_go_live_at=timezone.now() - timedelta(minutes=1))
    due = timezone.now() - timedelta(minutes=2)
    draft.revisions.update(approved_go_live_at=due)

    with django_capture_on_commit_callbacks(execute=True):
        call_command("publish_scheduled")
        call_command("publish_scheduled")

    assert (is_out(draft), is_out(other)) == (False, True)
    told = Outbox.objects.get(purpose="schedule_stopped") if Outbox.objects.exists() else mail.outbox[0]
    assert "Not published: Who repairs it?" in told.subject
    history = author.get(reverse("wagtailadmin_pages:history", args=[draft.pk])).content.decode()
    assert "text written by the site was not accepted" in history


def test_looking_for_text_that_waits_asks_the_database_for_nothing(draft, django_assert_num_queries):
    revision = latest_of(draft).get_latest_revision()
    page = revision.as_object()

    with django_assert_num_queries(0):
        assert [str(block.label) for block in waiting_blocks(page)] == [
            "We asked, you said",
            "What readers said",
        ]


def test_many_at_once_are_published_together_or_not_at_all(article, draft, author):
    ready = a_part(article.get_parent(), "Ready", live=False)
    ready.save_revision()
    many = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])

    response = author.post(f"{many}?id={ready.pk}&id={draft.pk}", {"include_descendants": ""}, follow=True)

    assert (is_out(ready), is_out(draft)) == (False, False)
    assert ASKED in response.content.decode()
    accepted(draft)
    author.post(f"{many}?id={ready.pk}&id={draft.pk}", {"include_descendants": ""})
    assert (is_out(ready), is_out(draft)) == (True, True)


def test_publishing_a_series_with_all_below_it_is_refused_as_well(article, draft, author):
    series = article.get_parent()
    many = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])

    response = author.post(f"{many}?id={series.pk}", {"include_descendants": "on"}, follow=True)

    assert not is_out(draft)
    assert ASKED in response.content.decode()


@pytest.fixture
def workflow(article, author):
    reviewers = Group.objects.create(name="Reviewers")
    author.user.groups.add(reviewers)
    task = GroupApprovalTask.objects.create(name="Read it")
    task.groups.add(reviewers)
    workflow = Workflow.objects.create(name="Reading")
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    WorkflowPage.objects.create(workflow=workflow, page=Page.objects.get(pk=article.get_parent().pk))
    return workflow


def test_handing_in_a_draft_that_waits_is_refused(draft, editor, workflow):
    page = shown(press(editor, draft, "submit"))

    assert ASKED in page
    assert not Page.objects.get(pk=draft.pk).workflow_in_progress


@pytest.mark.parametrize("by_script", [True, False])
def test_approving_a_draft_that_waits_is_refused_and_the_review_goes_on(
    draft, author, editor, workflow, by_script
):
    workflow.start(draft, editor.user)
    state = draft.current_workflow_task_state
    address = reverse("wagtailadmin_pages:workflow_action", args=[draft.pk, "approve", state.pk])

    headers = {"x-requested-with": "XMLHttpRequest"} if by_script else {}
    response = author.post(address, headers=headers)

    leads_to = response.json()["redirect"] if by_script else response.url
    assert ASKED in author.get(leads_to).content.decode()
    assert not is_out(draft)
    assert ArticlePage.objects.get(pk=draft.pk).workflow_in_progress
    accepted(draft)
    workflow_state = ArticlePage.objects.get(pk=draft.pk).current_workflow_task_state
    author.post(reverse("wagtailadmin_pages:workflow_action", args=[draft.pk, "approve", workflow_state.pk]))
    assert is_out(draft)


def test_editor_names_who_wrote_a_block_and_where_each_line_comes_from(article, draft, author):
    page = shown(author.get(address_of_editor(draft)))

    poll = article.body[0].value
    roundup = draft.body[1].value["roundup"]
    quote = roundup.quotes.get()
    assert "Written by the site from readers’ answers." in page
    for address in (
        reverse("wagtailsnippets_onward_polls_poll:inspect", args=[poll.pk]),
        f"{reverse('wagtailsnippets_onward_polls_poll:board', args=[poll.pk])}#words-{quote.source_key}",
        reverse("onward_blog:roundup", args=[roundup.pk]),
        reverse("onward_blog_desk:responses", args=[article.pk]),
    ):
        assert address in page
        assert author.get(address).status_code == 200


def test_publishing_in_the_editor_s_own_group_asks_the_same(draft, editor):
    GroupPagePermission.objects.create(
        group=Group.objects.get(name="Editors"),
        page=Page.objects.get(pk=draft.get_parent().pk),
        permission_type="publish",
    )

    assert ASKED in shown(press(editor, draft, "publish"))
    assert press(editor, draft, "publish", **TICKED).status_code == 302
    assert is_out(draft)
