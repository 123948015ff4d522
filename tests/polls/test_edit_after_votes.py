"""An author edits a poll that readers have answered: no vote is lost, moved or read another way."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Locale, ModelLogEntry

from onward_polls.actions import reword
from onward_polls.errors import EditRefused
from onward_polls.models import Ballot, Option, Poll, Vote, Wording
from onward_polls.tally import read_tally
from onward_polls.viewsets import edit_url
from tests.polls.editor import address, form_of, save, text_of
from tests.polls.factories import a_poll, an_article, home, option, somebody, vote


pytestmark = pytest.mark.django_db


@pytest.fixture
def answered(poll: Poll) -> Poll:
    """A poll that three readers have answered."""
    for text in ("Repair", "Selling", "Selling"):
        vote(poll, text)
    return poll


def votes() -> dict[str, int]:
    """Return {option uuid: votes} as the ballots have it, whatever the options are called."""
    uuids = Vote.objects.values_list("option__uuid", flat=True)
    return {str(uuid): list(uuids).count(uuid) for uuid in uuids}


def test_renaming_keeps_the_votes_and_the_old_wording(author: Client, answered: Poll) -> None:
    before, old = votes(), {str(each.uuid): each.text for each in answered.options.all()}

    save(author, answered, **{"options-0-text": "Repair work", "question": "What takes your week?"})

    assert votes() == before
    wording = Wording.objects.get()
    assert (wording.version, wording.question) == (1, "What takes most of your week?")
    assert wording.options == old
    assert Poll.objects.get().wording_version == 2
    assert option(answered, "Repair work").edited_at
    assert option(answered, "Selling").edited_at is None
    assert ModelLogEntry.objects.filter(action="onward_polls.reword").count() == 1


def test_letter_case_and_spacing_are_no_other_wording(author: Client, answered: Poll) -> None:
    save(author, answered, **{"options-0-text": "  repair "})

    assert Wording.objects.count() == 0
    assert option(answered, "repair").edited_at is None


def test_before_the_first_ballot_nothing_is_noted(author: Client, poll: Poll) -> None:
    save(author, poll, **{"options-0-text": "Repair work", "question": "And now?"})

    assert Wording.objects.count() == 0
    assert Poll.objects.get().wording_version == 1
    assert option(poll, "Repair work").edited_at is None


def test_every_rewording_is_kept_and_ballots_know_theirs(author: Client, answered: Poll) -> None:
    save(author, answered, question="First?")
    vote(Poll.objects.get(), "Coaching")
    save(author, Poll.objects.get(), question="Second?")

    kept = Wording.objects.values_list("version", "question")
    assert list(kept) == [(1, "What takes most of your week?"), (2, "First?")]
    assert Ballot.objects.order_by("pk").last().wording_version == 2


def test_reordering_touches_no_vote(author: Client, answered: Poll) -> None:
    before = votes()

    save(author, answered, **{"options-0-ORDER": 4, "options-3-ORDER": 1})

    assert [each.text for each in Poll.objects.get().options.all()] == [
        "Coaching",
        "Selling",
        "Reports",
        "Repair",
    ]
    assert votes() == before
    assert Wording.objects.count() == 0


def test_removing_retires_and_putting_back_restores(author: Client, answered: Poll) -> None:
    before = votes()

    save(author, answered, remove=("Selling",))
    page = text_of(author.get(edit_url(answered)))
    retired = option(answered, "Selling").retired_at
    save(author, answered, **{"options-1-put_back": "on"})

    assert retired
    assert "no longer offered. 2 votes." in page
    assert option(answered, "Selling").retired_at is None
    assert votes() == before


def test_saving_again_does_not_put_a_retired_option_back(author: Client, answered: Poll) -> None:
    option(answered, "Selling").delete()

    save(author, answered)

    assert option(answered, "Selling").retired_at


def test_pasting_a_retired_option_puts_it_back_with_its_votes(author: Client, answered: Poll) -> None:
    option(answered, "Selling").delete()

    save(author, answered, paste="selling\n")

    assert Option.objects.filter(text__iexact="selling").count() == 1
    assert option(answered, "Selling").retired_at is None
    assert read_tally(answered).n == 3


def test_adding_says_how_many_had_answered(author: Client, answered: Poll) -> None:
    save(author, answered, "Hiring", paste="Travel")

    assert option(answered, "Hiring").added_after_votes == 3
    assert option(answered, "Travel").added_after_votes == 3
    assert option(answered, "Coaching").added_after_votes is None
    assert "Added after 3 readers had answered." in text_of(author.get(edit_url(answered)))


@pytest.mark.parametrize(
    ("name", "value", "label"),
    [("kind", "multiple", "Kind"), ("min_votes", "2", "At least"), ("max_votes", "2", "At most")],
)
def test_kind_and_limits_are_locked_and_say_what_helps(
    author: Client, answered: Poll, name: str, value: str, label: str
) -> None:
    page = author.get(edit_url(answered)).content.decode()
    refused = text_of(author.post(edit_url(answered), form_of(answered, **{name: value})))

    assert f'name="{name}"' not in page
    assert "3 readers have answered, so this can no longer be changed." in page
    assert address("copy_poll", answered.pk) in page
    assert f"{label}: 3 readers have answered, so this can no longer be changed. Copy the poll." in refused
    assert getattr(Poll.objects.get(), name) == getattr(answered, name)


def test_a_form_opened_before_the_first_ballot_still_saves_what_is_not_locked(
    author: Client, poll: Poll
) -> None:
    opened = form_of(poll, "Hiring", follows="", max_votes="", opens_at="", closes_at="")
    vote(poll, "Repair")

    response = author.post(edit_url(poll), opened)

    assert response.status_code == 302
    assert option(poll, "Hiring").added_after_votes == 1


def test_the_earlier_poll_is_locked_too(author: Client, answered: Poll) -> None:
    earlier = a_poll("Last year?")

    refused = text_of(author.post(edit_url(answered), form_of(answered, follows=earlier.pk)))

    assert "can no longer be changed" in refused
    assert Poll.objects.get(pk=answered.pk).follows is None


def test_deleting_the_block_keeps_the_poll_and_its_answers(author: Client, answered: Poll) -> None:
    page = home().get_descendants().last().specific
    before = votes()

    page.body = []
    page.save_revision(user=author.user).publish()

    assert votes() == before
    assert "stands on no page" in text_of(author.get(edit_url(answered)))


def test_moving_the_block_to_another_page_moves_no_vote(author: Client, answered: Poll) -> None:
    page = home().get_descendants().last().specific
    before = votes()

    other = an_article(answered)
    page.body = []
    page.save_revision().publish()

    assert votes() == before
    assert other.title in text_of(author.get(edit_url(answered)))
    assert page.title not in text_of(author.get(edit_url(answered)))


def test_copying_the_page_or_translating_it_counts_nothing_twice(answered: Poll) -> None:
    page = home().get_descendants().last().specific
    before = votes()

    page.copy(update_attrs={"slug": "a-copy", "title": "A copy"})
    page.copy_for_translation(Locale.objects.create(language_code="de"), copy_parents=True)

    assert votes() == before
    assert read_tally(answered).n == 3


def test_reverting_a_page_to_an_earlier_revision_touches_no_count(author: Client, answered: Poll) -> None:
    page = home().get_descendants().last().specific
    first = page.save_revision()
    first.publish()
    page.title = "Part, renamed"
    page.save_revision().publish()
    vote(answered, "Coaching")
    before = votes()

    author.get(reverse("wagtailadmin_pages:revisions_revert", args=[page.pk, first.pk]))
    first.publish()

    assert votes() == before
    assert read_tally(answered).n == 4


def test_a_poll_keeps_no_revisions_that_could_bring_old_options_back(author: Client, answered: Poll) -> None:
    save(author, answered, **{"options-0-text": "Repair work"})

    history = author.get(address("history", answered.pk)).content.decode()

    assert "Reworded after readers had answered" in history
    assert "revert" not in history


def test_two_authors_saving_at_once_lose_neither_votes_nor_what_others_did(
    author: Client, answered: Poll
) -> None:
    opened = form_of(answered, **{"options-1-text": "Sales"})
    author.post(address("archive", answered.pk))
    save(author, answered, question="In between?")

    author.post(edit_url(answered), opened)

    poll = Poll.objects.get()
    assert poll.archived_at
    assert poll.wording_version == 3
    assert read_tally(poll).n == 3


@pytest.mark.parametrize("text", ["", " \n ", "x" * 201, "Selling", "\x00"])
def test_rewording_from_code_refuses_what_the_form_would(answered: Poll, text: str) -> None:
    with pytest.raises(EditRefused):
        reword(answered, question="New?", options={option(answered, "Repair"): text})

    assert Poll.objects.get().question == "What takes most of your week?"
    assert Wording.objects.count() == 0


def test_rewording_from_code_refuses_options_of_another_poll(answered: Poll) -> None:
    with pytest.raises(EditRefused, match="another poll"):
        reword(answered, options={option(a_poll("Other?"), "Repair"): "Mine"})


def test_rewording_from_code_is_kept_and_logged(author: Any, answered: Poll) -> None:
    assert reword(answered, options={option(answered, "Repair"): "Repair work"}, user=author.user)

    assert Wording.objects.get().options[str(option(answered, "Repair work").uuid)] == "Repair"
    assert ModelLogEntry.objects.get(action="onward_polls.reword").data == {"version": 2}


def test_a_withdrawn_ballot_was_cast_under_the_old_wording_too(author: Client, poll: Poll) -> None:
    from onward_polls.actions import withdraw_ballot

    withdraw_ballot(vote(poll, "Repair", identity=somebody()))

    save(author, poll, question="Reworded?")

    assert Wording.objects.get().version == 1
