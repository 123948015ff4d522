"""An editor writes, changes, closes, copies and deletes polls in the Wagtail admin."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from onward_polls.models import Ballot, Option, Poll
from onward_polls.tally import read_tally
from onward_polls.viewsets import edit_url, poll_viewset
from tests.polls.editor import address, form_of, text_of
from tests.polls.factories import a_poll, an_article, option, vote


pytestmark = pytest.mark.django_db


def test_an_author_writes_a_poll_with_its_options(author: Client) -> None:
    response = author.post(address("add"), form_of(None, "Repair", "Selling"))

    assert response.status_code == 302
    assert [each.text for each in Poll.objects.get().options.all()] == ["Repair", "Selling"]


def test_a_poll_without_a_choice_is_refused(author: Client) -> None:
    response = author.post(address("add"), form_of(None, "Repair"))

    assert "at least two options" in response.content.decode()
    assert Poll.objects.count() == 0


def test_a_question_for_words_needs_no_options(author: Client) -> None:
    author.post(address("add"), form_of(kind="words"))

    assert Poll.objects.get().kind == "words"


def test_a_poll_that_closes_before_it_opens_is_refused(author: Client) -> None:
    now = timezone.now()
    times = {"opens_at": now + timedelta(days=2), "closes_at": now + timedelta(days=1)}
    times = {name: f"{moment:%Y-%m-%d %H:%M}" for name, moment in times.items()}

    response = author.post(address("add"), form_of(None, "Repair", "Selling", **times))

    assert "must close after it opens" in response.content.decode()


def test_renaming_an_option_keeps_its_votes_and_notes_the_change(author: Client, poll: Poll) -> None:
    vote(poll, "Repair")
    first = option(poll, "Repair")

    author.post(edit_url(poll), form_of(poll, **{"options-0-text": "Repair work"}))

    renamed = Option.objects.get(uuid=first.uuid)
    assert (renamed.text, renamed.edited_at is not None) == ("Repair work", True)
    assert read_tally(poll).lines[0].count == 1


def test_removing_an_option_with_votes_retires_it(author: Client, poll: Poll) -> None:
    vote(poll, "Repair")

    response = author.post(edit_url(poll), form_of(poll, remove=("Repair", "Reports")))

    assert response.status_code == 302
    assert option(poll, "Repair").retired_at is not None
    assert not Option.objects.filter(text="Reports").exists()
    assert read_tally(poll).lines[0].count == 1


def test_only_a_retired_option_shows_since_when(author: Client, poll: Poll) -> None:
    vote(poll, "Repair")
    before = author.get(edit_url(poll)).content.decode()
    option(poll, "Repair").delete()

    assert "Retired on" not in before
    assert author.get(edit_url(poll)).content.decode().count("Retired on") == 1


def test_an_option_added_late_says_how_many_had_voted(author: Client, poll: Poll) -> None:
    vote(poll, "Repair")
    vote(poll, "Selling")

    author.post(edit_url(poll), form_of(poll, "Hiring"))

    assert option(poll, "Hiring").added_after_votes == 2
    assert option(poll, "Coaching").added_after_votes is None


def test_the_list_counts_the_answers_of_every_poll(author: Client, poll: Poll) -> None:
    for text in ("Repair", "Selling", "Selling"):
        vote(poll, text)
    Ballot.objects.filter(pk=Ballot.objects.first().pk).update(words="I coach.")

    text = text_of(author.get(address("list")))

    assert "Kind Answers With words Set aside To decide State Stands in" in text
    assert "One answer 3 1 Open" in text


def test_closing_asks_first_and_says_how_many_have_answered(author: Client, poll: Poll) -> None:
    vote(poll, "Repair")

    asked = author.get(address("close", poll.pk)).content.decode()
    still_open = Poll.objects.get().closes_at
    author.post(address("close", poll.pk))

    assert "1 reader has answered" in asked
    assert still_open is None
    assert Poll.objects.get().is_closed
    assert ModelLogEntry.objects.get(action="onward_polls.close").user == author.user


def test_the_editor_offers_to_close_only_what_is_open(author: Client, poll: Poll) -> None:
    while_open = author.get(edit_url(poll)).content.decode()
    author.post(address("close", poll.pk))

    assert address("close", poll.pk) in while_open
    assert address("close", poll.pk) not in author.get(edit_url(poll)).content.decode()


def test_a_copy_starts_without_answers_and_without_the_readers_keys(author: Client, poll: Poll) -> None:
    vote(poll, "Repair", identity="rid:ada")
    option(poll, "Reports").delete()

    author.post(address("copy_poll", poll.pk))

    copy = Poll.objects.exclude(pk=poll.pk).get()
    assert [each.text for each in copy.options.all()] == ["Repair", "Selling", "Coaching"]
    assert copy.salt != poll.salt
    assert copy.ballots.count() == 0


def test_a_poll_with_ballots_is_not_deleted_and_says_why(author: Client) -> None:
    poll = a_poll()
    vote(poll, "Repair")

    page = author.post(address("delete", poll.pk), follow=True).content.decode()

    assert "was not deleted" in page
    assert "1 reader has answered it" in page
    assert Poll.objects.filter(pk=poll.pk).exists()


def test_a_poll_that_stands_in_an_article_is_not_deleted_and_says_where(author: Client) -> None:
    poll = a_poll()
    page = an_article(poll)

    answer = author.post(address("delete", poll.pk), follow=True).content.decode()

    assert page.title in answer
    assert Poll.objects.filter(pk=poll.pk).exists()


def test_several_polls_at_once_are_not_deleted_either(author: Client, poll: Poll) -> None:
    unused = a_poll("Unused?")
    bulk = reverse("wagtail_bulk_action", args=["onward_polls", "poll", "delete"])

    author.post(f"{bulk}?id={poll.pk}&id={unused.pk}")

    assert Poll.objects.count() == 2


def test_a_poll_nobody_uses_can_be_deleted(author: Client) -> None:
    poll = a_poll()

    author.post(address("delete", poll.pk))

    assert Poll.objects.count() == 0


@pytest.mark.parametrize("name", ["close", "copy_poll", "reopen", "archive", "unarchive", "ask_again"])
def test_whoever_may_not_change_polls_may_not_press_their_buttons(
    editor: Client, reader: Client, poll: Poll, name: str
) -> None:
    before = Poll.objects.values().get()
    for person in (editor, reader):
        assert person.post(address(name, poll.pk)).status_code in (302, 403)

    assert Poll.objects.values().get() == before


def test_the_chooser_lists_polls(author: Client, poll: Poll) -> None:
    page = author.get(reverse(poll_viewset.chooser_viewset.get_url_name("choose"))).content.decode()

    assert "What takes most of your week?" in page


def test_a_block_for_words_refuses_a_poll_with_options(poll: Poll) -> None:
    from django.core.exceptions import ValidationError

    from onward_polls.blocks import WordsQuestionBlock

    with pytest.raises(ValidationError, match="Words only"):
        WordsQuestionBlock().clean(poll)
