"""Readers go on while the draft lies there; the author brings it up to date without losing a word."""

import copy
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone
from wagtail.admin.models import EditingSession
from wagtail.models import (
    GroupApprovalTask,
    Page,
    Workflow,
    WorkflowPage,
    WorkflowTask,
    get_default_page_content_type,
)

from onward_blog.models import Roundup
from onward_blog.roundups.actions import compile_roundup
from onward_blog.roundups.errors import DraftIsOut, NothingToRefresh
from onward_blog.roundups.next_part import write_next_part
from onward_blog.roundups.reading import Reading
from onward_blog.roundups.refreshing import plan_refresh, refresh_draft
from onward_polls.actions import withdraw_consent
from tests.blog.answers import MONDAY, a_part, a_poll, a_series, accepted, ballots, words
from tests.blog.discussion import a_public
from tests.blog.editing import address_of_editor, form_of_draft, latest_of, press


pytestmark = pytest.mark.django_db

LATER = MONDAY + timedelta(days=3)


@pytest.fixture
def poll():
    poll = a_poll()
    ballots(poll, {"Repair": 12, "Selling": 3})
    return poll


@pytest.fixture
def sentences(poll):
    return [words(poll, text) for text in ("I stopped forwarding mails.", "I repair.", "I sell on Fridays.")]


@pytest.fixture
def article(poll, sentences):
    return a_part(a_series(), body=[("poll", poll)], next_question="Who repairs it?")


@pytest.fixture
def draft(article, author):
    return write_next_part(article, user=author.user)


@pytest.fixture
def more(draft, poll):
    """Five more readers, one of them with a sentence."""
    ballots(poll, {"Selling": 4}, at=LATER)
    return words(poll, "I asked my team to say no.", at=LATER)


def screen_of(draft) -> str:
    return reverse("onward_blog_desk:refresh", args=[draft.pk])


def quotes_in(page) -> list[str]:
    return [quote.words for quote in page.body[1].value["quotes"]]


def n_of(page) -> int:
    return Reading(page.body[1].value["roundup"].data).answers


def press_as_shown(person, draft):
    """Look at the screen and press its button, with what the form on it holds."""
    page = person.get(screen_of(draft)).content.decode()
    return person.post(screen_of(draft), dict(re.findall(r'name="(until-\d+)" value="([^"]+)"', page)))


def test_screen_shows_first_what_has_changed_and_changes_nothing(article, draft, more, author):
    a_public(article, "And on Mondays?")

    page = author.get(screen_of(draft)).content.decode()

    assert re.search(r"What takes most of your week\?</td>\s*<td[^>]*>18</td>\s*<td[^>]*>23</td>", page)
    assert re.search(r"Readers’ comments</td>\s*<td[^>]*>0</td>\s*<td[^>]*>1</td>", page)
    assert "I asked my team to say no." in page
    assert "I stopped forwarding mails." not in page
    assert Roundup.objects.count() == 1
    assert latest_of(draft).latest_revision == draft.latest_revision


def test_button_writes_anew_what_the_author_left_alone_in_a_new_revision(draft, more, author):
    response = press_as_shown(author, draft)

    latest = latest_of(draft)
    assert response.url == address_of_editor(draft)
    assert draft.revisions.count() == 2
    assert n_of(latest) == 23
    assert latest.body[0].value["said"].startswith("of 23 readers who chose to answer: Repair.")
    assert latest.body[0].value["roundup"] == latest.body[1].value["roundup"]
    assert quotes_in(latest) == [*quotes_in(draft), "I asked my team to say no."]
    assert [block.value["accepted"] for block in latest.body[:2]] == [False, False]


def test_what_was_accepted_waits_again_once_its_numbers_are_others(draft, more, author):
    accepted(draft)

    refresh_draft(latest_of(draft), user=author.user)

    assert [block.value["accepted"] for block in latest_of(draft).body[:2]] == [False, False]


def test_what_the_author_wrote_or_changed_stays_letter_by_letter(draft, more, author):
    stored = draft.body.stream_block.get_prep_value(draft.body)
    stored[0]["value"] |= {"said": "of you say repair.  Twice!", "changed": "I wrote about repair."}
    stored[1]["value"]["heading"] = "In your words"
    stored.insert(0, {"type": "paragraph", "value": '<p data-block-key="x1">Mine.</p>', "id": "0" * 8})
    before = copy.deepcopy(stored)
    draft.body = draft.body.stream_block.to_python(stored)
    draft.save_revision()

    refresh_draft(latest_of(draft), user=author.user)

    after = latest_of(draft).body.raw_data
    assert [after[0], after[3]] == [before[0], before[3]]
    assert [block["id"] for block in after] == [block["id"] for block in before]
    # The number belongs to the sentence, and both to the roundup that they were written from.
    assert after[1] == before[1]
    assert after[2]["value"]["heading"] == "In your words"
    assert after[2]["value"]["roundup"] != before[2]["value"]["roundup"]


def test_screen_says_what_stays_in_the_author_s_own_words(draft, more, author):
    press(author, draft, **{"body-0-value-said": "of you say repair."})

    assert "15 of you say repair." in author.get(screen_of(draft)).content.decode()


def test_question_in_the_author_s_words_stays_and_its_number_follows(draft, more, author):
    press(author, draft, **{"body-0-value-asked": "I asked about your week."})

    refresh_draft(latest_of(draft), user=author.user)

    head = latest_of(draft).body[0].value
    assert head["asked"] == "I asked about your week."
    assert head["said"].startswith("of 23 readers")


def test_quotes_the_author_removed_do_not_come_back_and_the_order_stays(draft, more, author):
    quotes = draft.body[1].value["quotes"]
    last = quotes[2]
    del quotes[2], quotes[1]
    quotes.insert(0, last)
    draft.save_revision()
    standing = quotes_in(latest_of(draft))

    refresh_draft(latest_of(draft), user=author.user)

    assert quotes_in(latest_of(draft)) == [*standing, "I asked my team to say no."]


def test_new_quotes_the_author_removed_stay_away_the_next_time_too(draft, more, poll, author):
    refresh_draft(latest_of(draft), user=author.user)
    latest = latest_of(draft)
    del latest.body[1].value["quotes"][3]
    latest.save_revision()
    words(poll, "Ask me next year.", at=LATER + timedelta(days=1))

    refresh_draft(latest_of(draft), user=author.user)

    assert quotes_in(latest_of(draft)) == [*quotes_in(latest), "Ask me next year."]


def test_sentences_taken_back_are_named_by_their_place_and_dropped(
    draft, sentences, author, django_capture_on_commit_callbacks
):
    standing = quotes_in(draft)
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_consent(sentences[0])
    place = standing.index(sentences[0].words) + 1

    editor = author.get(address_of_editor(draft)).content.decode()
    page = author.get(screen_of(draft)).content.decode()
    press_as_shown(author, draft)

    assert "A sentence that its reader took back" in editor
    assert f"Quote {place}, under “In readers’ words”" in page
    assert sentences[0].words not in editor + page
    assert quotes_in(latest_of(draft)) == [text for text in standing if text != sentences[0].words]


def test_a_quote_the_author_chose_from_elsewhere_stays(draft, more, article, author):
    other_poll = a_poll("And you?")
    words(other_poll, "From another part.")
    other = compile_roundup(a_part(article.get_parent(), "Another", body=[("poll", other_poll)]))
    draft.body[1].value["quotes"].append(other.quotes.get())
    draft.save_revision()

    refresh_draft(latest_of(draft), user=author.user)

    assert "From another part." in quotes_in(latest_of(draft))


def test_button_puts_in_what_was_shown_and_not_what_came_in_since(draft, more, poll, author):
    page = author.get(screen_of(draft)).content.decode()
    form = dict(re.findall(r'name="(until-\d+)" value="([^"]+)"', page))
    ballots(poll, {"Repair": 7}, at=LATER + timedelta(hours=1))

    author.post(screen_of(draft), form)

    assert n_of(latest_of(draft)) == 23


@pytest.mark.parametrize(
    "until", ["", "yesterday", "2026-99-99T00:00:00+00:00", "2026-05-20", "1999-01-01T00:00:00Z"]
)
def test_an_end_that_makes_no_sense_is_left_out(draft, more, author, article, until):
    author.post(screen_of(draft), {f"until-{article.pk}": until, "until-x": "y", "until-": ""})

    assert n_of(latest_of(draft)) == 23


def test_nothing_new_leaves_the_draft_alone_and_says_so(draft, author):
    with pytest.raises(NothingToRefresh):
        refresh_draft(draft, user=author.user)
    page = author.post(screen_of(draft), follow=True).content.decode()

    assert "nothing has changed since" in page
    assert draft.revisions.count() == 1


def test_opening_the_draft_again_says_that_readers_went_on_and_changes_nothing(article, draft, more, author):
    response = author.post(reverse("onward_blog_desk:next_part", args=[article.pk]), follow=True)

    assert "Readers have gone on since this draft was filled." in response.content.decode()
    assert screen_of(draft) in response.content.decode()
    assert draft.revisions.count() == 1


def test_screen_of_the_next_part_leads_to_the_draft_and_to_what_changed(article, draft, more, author):
    page = author.get(reverse("onward_blog_desk:next_part", args=[article.pk])).content.decode()

    assert address_of_editor(draft) in page
    assert screen_of(draft) in page


def test_editor_offers_it_for_drafts_that_hold_answers_only(article, draft, author):
    plain = a_part(article.get_parent(), "Plain", live=False)

    assert screen_of(draft) in author.get(address_of_editor(draft)).content.decode()
    for other in (article, plain):
        assert screen_of(other) not in author.get(address_of_editor(other)).content.decode()


def test_what_is_published_is_not_changed(draft, more, author):
    accepted(draft).get_latest_revision().publish(user=author.user)

    with pytest.raises(DraftIsOut):
        refresh_draft(latest_of(draft), user=author.user)
    page = author.post(screen_of(draft), follow=True).content.decode()

    assert "What it says was counted then, and is not changed." in page
    assert latest_of(draft).body[1].value["roundup"] == draft.body[1].value["roundup"]


def test_a_locked_draft_gets_a_sentence_and_no_revision(draft, more, author):
    Page.objects.filter(pk=draft.pk).update(locked=True)

    page = author.post(screen_of(draft), follow=True).content.decode()

    assert "The draft “Who repairs it?” is locked, so nothing was changed." in page
    assert draft.revisions.count() == 1


def test_a_scheduled_draft_gets_a_sentence_and_no_revision(draft, more, author):
    draft.revisions.update(approved_go_live_at=timezone.now() + timedelta(days=1))

    page = author.post(screen_of(draft), follow=True).content.decode()

    assert "is scheduled to go out, so nothing was changed." in page
    assert draft.revisions.count() == 1


def test_a_draft_in_review_is_changed_by_its_reviewer_only(article, draft, more, editor, author):
    reviewers = Group.objects.create(name="Reviewers")
    author.user.groups.add(reviewers)
    task = GroupApprovalTask.objects.create(name="Read it")
    task.groups.add(reviewers)
    workflow = Workflow.objects.create(name="Reading")
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    WorkflowPage.objects.create(workflow=workflow, page=Page.objects.get(pk=article.get_parent().pk))
    workflow.start(accepted(draft), editor.user)
    revisions = draft.revisions.count()

    page = editor.post(screen_of(draft), follow=True).content.decode()

    assert "is being reviewed, so nothing was changed." in page
    assert draft.revisions.count() == revisions
    press_as_shown(author, draft)
    assert n_of(latest_of(draft)) == 23
    assert latest_of(draft).workflow_in_progress


def test_nobody_gets_there_without_the_right_to_edit(draft, more, stranger, django_user_model):
    nobody = django_user_model.objects.create_user("nobody")
    nobody.groups.add(Group.objects.create(name="No pages"))
    stranger.force_login(nobody)

    assert stranger.get(screen_of(draft)).status_code == 302
    assert stranger.post(screen_of(draft)).status_code == 302
    assert draft.revisions.count() == 1


class TestWithTheDraftOpenInAnEditor:
    """What is typed there is never lost: Wagtail refuses, or keeps both in the history."""

    @pytest.fixture
    def typing(self, draft, author):
        """Return the form of an editor that was opened before, with something typed into it."""
        form = form_of_draft(draft)
        revision = draft.get_latest_revision()
        loaded = {
            "loaded_revision_id": str(revision.pk),
            "loaded_revision_created_at": revision.created_at.isoformat(),
        }
        return {**form, **loaded, "body-0-value-changed": "Typed meanwhile."}

    def test_both_screens_warn_and_name_who_has_it_open(self, article, draft, more, author, editor):
        EditingSession.objects.create(
            user=editor.user,
            content_type=get_default_page_content_type(),
            object_id=draft.pk,
            last_seen_at=timezone.now(),
        )

        for screen in (screen_of(draft), reverse("onward_blog_desk:next_part", args=[article.pk])):
            assert "open in an editor: editor." in author.get(screen).content.decode()
        EditingSession.objects.update(last_seen_at=timezone.now() - timedelta(minutes=5))
        assert "open in an editor" not in author.get(screen_of(draft)).content.decode()

    def test_autosave_of_that_editor_is_refused_and_says_there_is_a_newer_version(
        self, draft, more, author, typing
    ):
        press_as_shown(author, draft)

        answer = author.post(address_of_editor(draft), typing, headers={"Accept": "application/json"})

        assert answer.status_code == 400
        assert answer.json()["error_code"] == "invalid_revision"
        assert n_of(latest_of(draft)) == 23

    def test_words_saved_over_it_stand_and_the_button_puts_the_answers_in_again(
        self, draft, more, author, typing
    ):
        press_as_shown(author, draft)

        author.post(address_of_editor(draft), typing)
        overwritten = latest_of(draft)
        press_as_shown(author, draft)

        latest = latest_of(draft)
        assert (overwritten.body[0].value["changed"], n_of(overwritten)) == ("Typed meanwhile.", 18)
        assert (latest.body[0].value["changed"], n_of(latest)) == ("Typed meanwhile.", 23)
        assert [n_of(each.as_object()) for each in draft.revisions.order_by("created_at")] == [18, 23, 18, 23]

    def test_what_autosave_stored_after_the_screen_was_opened_is_kept(self, draft, more, author, typing):
        page = author.get(screen_of(draft)).content.decode()
        author.post(address_of_editor(draft), typing, headers={"Accept": "application/json"})

        author.post(screen_of(draft), dict(re.findall(r'name="(until-\d+)" value="([^"]+)"', page)))

        latest = latest_of(draft)
        assert (latest.body[0].value["changed"], n_of(latest)) == ("Typed meanwhile.", 23)


def test_a_draft_filled_before_blocks_were_marked_gets_new_numbers_and_keeps_its_text(draft, more, author):
    stored = draft.body.stream_block.get_prep_value(draft.body)
    for block in stored[:2]:
        del block["value"]["generated"], block["value"]["accepted"]
    draft.body = draft.body.stream_block.to_python(stored)
    draft.save_revision()
    before = latest_of(draft)

    refresh_draft(before, user=author.user)

    latest = latest_of(draft)
    assert latest.body[0].value["said"] == before.body[0].value["said"]
    assert latest.body[0].value["roundup"] == before.body[0].value["roundup"]
    assert n_of(latest) == 23
    assert latest.body[1].value["accepted"] is False


def test_a_roundup_whose_article_is_gone_stays_as_it_was(article, draft, more, author):
    article.delete()

    assert plan_refresh(latest_of(draft)) == []
    assert "holds nothing that readers said" not in author.get(address_of_editor(draft)).content.decode()
    with pytest.raises(NothingToRefresh):
        refresh_draft(latest_of(draft), user=author.user)
