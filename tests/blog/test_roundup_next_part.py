"""The author presses "Write the next part"."""

import pytest
from django.contrib.auth.models import Group

from onward_blog.models import Roundup
from onward_blog.pages.models import ArticlePage
from onward_blog.roundups.errors import DraftLocked, NotAllowed, NothingSaid
from onward_blog.roundups.next_part import write_next_part
from onward_polls.models import Poll
from tests.blog.answers import a_part, a_poll, a_series, ballots, words
from tests.conftest import Person


pytestmark = pytest.mark.django_db


@pytest.fixture
def poll():
    poll = a_poll(options=("Fixing what others dropped", "Selling"))
    ballots(poll, {"Fixing what others dropped": 12, "Selling": 5})
    words(poll, "I am the integration layer between four teams.")
    return poll


@pytest.fixture
def series():
    return a_series()


@pytest.fixture
def article(series, poll):
    return a_part(
        series, body=[("paragraph", "<p>A claim.</p>"), ("poll", poll)], next_question="Who repairs it?"
    )


def kinds(page) -> list[str]:
    return [block.block_type for block in page.body]


def test_new_draft_holds_what_readers_said_and_its_source(article, author):
    draft = write_next_part(article, user=author.user)

    assert (draft.title, draft.live, draft.get_parent().pk) == (
        "Who repairs it?",
        False,
        article.get_parent().pk,
    )
    head, roundup = draft.get_latest_revision_as_object().body[:2]
    assert head.value["asked"] == "What takes most of your week?"
    assert head.value["figure"] == "13"
    assert head.value["said"].startswith("of 18 readers who chose to answer: Fixing what others dropped.")
    assert head.value["changed"] == ""
    assert roundup.value["roundup"].page_id == article.pk
    assert [quote.words for quote in roundup.value["quotes"]] == [
        "I am the integration layer between four teams."
    ]


def test_draft_suggests_to_ask_the_question_again(article, author, poll):
    draft = write_next_part(article, user=author.user)

    assert kinds(draft) == ["we_asked", "roundup", "poll"]
    asked = draft.body[2].value
    assert (asked.follows, asked.question) == (poll, poll.question)
    assert [option.text for option in asked.options.all()] == ["Fixing what others dropped", "Selling"]


def test_author_s_own_words_stay_as_they_are(article, series, author):
    mine = a_part(series, "My own title", [("paragraph", "<p>My own words.</p>")], live=False)
    mine.save_revision()

    draft = write_next_part(article, user=author.user)

    assert draft.pk == mine.pk
    latest = ArticlePage.objects.get(pk=mine.pk).get_latest_revision_as_object()
    assert latest.title == "My own title"
    assert kinds(latest) == ["we_asked", "roundup", "paragraph", "poll"]
    assert "My own words." in str(latest.body[2].value)
    assert kinds(ArticlePage.objects.get(pk=mine.pk)) == ["paragraph"]


def test_live_pages_are_not_touched(article, series, author):
    later = a_part(series, "Part two is out", [("paragraph", "<p>Out.</p>")])

    draft = write_next_part(article, user=author.user)

    assert draft.pk not in (article.pk, later.pk)
    assert kinds(ArticlePage.objects.get(pk=later.pk)) == ["paragraph"]
    assert ArticlePage.objects.get(pk=later.pk).latest_revision is None


def test_pressing_twice_makes_one_draft_one_roundup_and_one_revision(article, author):
    first = write_next_part(article, user=author.user)
    second = write_next_part(article, user=author.user)

    assert second.pk == first.pk
    assert second.revisions.count() == 1
    assert Roundup.objects.count() == 1
    assert Poll.objects.filter(follows__isnull=False).count() == 1


def test_a_draft_that_holds_answers_is_opened_as_it_is_when_more_come_in(article, author, poll):
    draft = write_next_part(article, user=author.user)
    draft.body[0].value["changed"] = "This part is about repair now."
    mine = draft.save_revision(user=author.user)
    ballots(poll, {"Selling": 1}, at=mine.created_at)

    again = write_next_part(article, user=author.user)

    assert again.latest_revision == mine
    assert again.body[0].value["changed"] == "This part is about repair now."
    assert Roundup.objects.count() == 1


def test_nobody_answered_makes_no_draft(series, author):
    empty = a_part(series, body=[("poll", a_poll())])

    with pytest.raises(NothingSaid):
        write_next_part(empty, user=author.user)

    assert ArticlePage.objects.count() == 1


def test_locked_draft_is_left_alone(article, series, author):
    mine = a_part(series, "Mine", live=False, locked=True)

    with pytest.raises(DraftLocked, match="Mine"):
        write_next_part(article, user=author.user)

    assert mine.revisions.count() == 0


def test_a_user_who_may_not_edit_is_refused(article, django_user_model):
    nobody = django_user_model.objects.create_user("nobody")
    nobody.groups.add(Group.objects.create(name="No pages"))

    with pytest.raises(NotAllowed):
        write_next_part(article, user=nobody)

    assert ArticlePage.objects.count() == 1


def test_editor_may_write_a_draft(article, editor: Person):
    draft = write_next_part(article, user=editor.user)

    assert (draft.live, draft.owner) == (False, editor.user)


def test_two_drafts_never_share_an_address(article, series, author):
    a_part(series, "Elsewhere", slug="who-repairs-it")

    assert write_next_part(article, user=author.user).slug == "who-repairs-it-2"
