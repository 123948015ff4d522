"""An author asks a question again, and says which answers are the same."""

import pytest
from django.test import Client

from onward_polls.actions import ask_again, copy_poll
from onward_polls.models import Option, Poll
from onward_polls.viewsets import edit_url
from tests.polls.editor import address, form_of, save, text_of
from tests.polls.factories import a_poll, closed_a_while_ago, option, vote


pytestmark = pytest.mark.django_db


@pytest.fixture
def rich() -> Poll:
    """A poll with everything a copy takes over."""
    poll = a_poll(
        "How often?",
        ["1", "2", "3"],
        kind=Poll.Kind.SCALE,
        low_label="never",
        high_label="daily",
        roles="Sales rep\nManager",
        words_prompt="What then?",
        shuffle=True,
        results_visibility="always",
    )
    Option.objects.create(poll=poll, text="Something else", is_other=True, sort_order=9)
    return poll


def pairs(poll: Poll) -> dict[str, str | None]:
    return {each.text: each.follows and each.follows.text for each in poll.options.all()}


def test_a_copy_carries_what_is_asked_and_nothing_of_what_happened(rich: Poll) -> None:
    option(rich, "1").delete()
    Option.objects.filter(text="2").update(promoted_words=["two"], added_after_votes=4)
    rich.refresh_from_db()

    copy = copy_poll(rich)

    kept = ("question", "kind", "low_label", "high_label", "roles", "words_prompt", "shuffle")
    assert [getattr(copy, name) for name in kept] == [getattr(rich, name) for name in kept]
    assert [(each.text, each.is_other) for each in copy.options.all()] == [
        ("2", False),
        ("3", False),
        ("Something else", True),
    ]
    assert [each.promoted_words for each in copy.options.all()] == [[], [], []]
    assert {each.added_after_votes for each in copy.options.all()} == {None}
    assert copy.follows is None
    assert copy.salt != rich.salt
    assert copy.wording_version == 1


def test_asking_again_matches_every_option_and_other_too(rich: Poll) -> None:
    again = ask_again(rich)

    assert again.follows == rich
    assert pairs(again) == {"1": "1", "2": "2", "3": "3", "Something else": "Something else"}


def test_the_button_asks_first_and_opens_the_new_poll(author: Client, poll: Poll) -> None:
    vote(poll, "Repair")
    option(poll, "Selling")
    asked = text_of(author.get(address("ask_again", poll.pk)))

    answer = author.post(address("ask_again", poll.pk))

    again = Poll.objects.get(follows=poll)
    assert "follows this one" in asked
    assert answer.url == edit_url(again)
    assert again.ballots.count() == 0


def test_pressing_twice_makes_one(author: Client, poll: Poll) -> None:
    author.post(address("ask_again", poll.pk))
    author.post(address("ask_again", poll.pk))

    assert Poll.objects.filter(follows=poll).count() == 1


def test_another_is_made_once_the_first_was_answered_or_has_closed(poll: Poll) -> None:
    first = ask_again(poll)
    vote(first, "Repair")
    second = ask_again(poll)
    closed_a_while_ago(second)

    assert ask_again(poll) not in (first, second)


def test_a_retired_option_is_left_out(poll: Poll) -> None:
    vote(poll, "Repair")
    option(poll, "Repair").delete()

    assert "Repair" not in pairs(ask_again(poll))


def test_choosing_an_earlier_poll_fills_in_what_is_equal(author: Client, poll: Poll) -> None:
    later = a_poll("And now?", ["repair", "Sales", "Coaching"])

    save(author, later, follows=poll.pk)

    assert pairs(Poll.objects.get(pk=later.pk)) == {"repair": "Repair", "Sales": None, "Coaching": "Coaching"}


def test_an_author_says_which_option_stands_for_which(author: Client, poll: Poll) -> None:
    later = a_poll("And now?", ["Repair", "Sales"], follows=poll)

    save(author, later, **{"options-1-follows": option(poll, "Selling").pk})

    assert pairs(later)["Sales"] == "Selling"


def test_a_choice_that_was_emptied_stays_empty(author: Client, poll: Poll) -> None:
    later = ask_again(poll)

    save(author, later, **{"options-0-follows": ""})
    save(author, later)

    assert pairs(later)["Repair"] is None
    assert pairs(later)["Selling"] == "Selling"


def test_another_earlier_poll_drops_what_stood_for_the_first(author: Client, poll: Poll) -> None:
    later, other = ask_again(poll), a_poll("Another?", ["Repair", "Naps"])
    fields = form_of(later, follows=other.pk)

    answer = author.post(edit_url(later), {**fields, **{f"options-{n}-follows": "" for n in range(4)}})

    assert answer.status_code == 302
    assert {each.follows for each in later.options.exclude(follows=None)} <= set(other.options.all())


def test_only_options_of_the_earlier_poll_can_be_chosen(author: Client, poll: Poll) -> None:
    later, stranger = a_poll("And now?", follows=poll), a_poll("Unrelated?")
    fields = form_of(later, **{"options-0-follows": option(stranger, "Repair").pk})

    page = author.post(edit_url(later), fields)

    assert page.status_code == 200
    assert "Select a valid choice" in page.content.decode()
    assert "Unrelated?" not in page.content.decode()


def test_two_options_cannot_stand_for_the_same_one(author: Client, poll: Poll) -> None:
    later = a_poll("And now?", ["A", "B"], follows=poll)
    same = option(poll, "Repair").pk

    page = author.post(
        edit_url(later), form_of(later, **{"options-0-follows": same, "options-1-follows": same})
    )

    assert "Another option stands for this one" in page.content.decode()


def test_a_poll_cannot_ask_itself_again_not_even_in_a_circle(author: Client, poll: Poll) -> None:
    later = ask_again(poll)

    itself = author.post(edit_url(poll), form_of(poll, follows=poll.pk))
    circle = author.post(edit_url(poll), form_of(poll, follows=later.pk))

    for page in (itself, circle):
        assert "cannot ask itself again" in page.content.decode()
    assert Poll.objects.get(pk=poll.pk).follows is None


@pytest.mark.parametrize("sent", ["0", "-1", "99999999", "x", "9" * 40, "1;drop"])
def test_an_earlier_poll_that_does_not_exist_is_refused(author: Client, poll: Poll, sent: str) -> None:
    page = author.post(edit_url(poll), form_of(poll, follows=sent))

    assert page.status_code == 200
    assert Poll.objects.get().follows is None
