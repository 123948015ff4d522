"""An author fills in the options of a poll: pasted, as a scale, with "other", and with what only one kind has."""

from typing import Any

import pytest
from django.test import Client

from onward_polls.models import Option, Poll
from onward_polls.viewsets import edit_url
from tests.polls.editor import address, form_of, save, text_of
from tests.polls.factories import a_poll, option, vote


pytestmark = pytest.mark.django_db


def texts() -> list[str]:
    return [each.text for each in Poll.objects.order_by("-pk")[0].options.filter(retired_at=None)]


def add(author: Client, *rows: str, **fields: Any) -> Any:
    return author.post(address("add"), form_of(None, *rows, **fields))


def test_options_are_pasted_one_per_line(author: Client) -> None:
    add(author, paste="- Repair\r\n\r\n•  Selling\n   Reports  \n* Coaching")

    assert texts() == ["Repair", "Selling", "Reports", "Coaching"]


def test_what_is_there_already_is_left_out(author: Client) -> None:
    add(author, "Repair", "Selling", paste="REPAIR\nselling\nHiring\n hiring ")

    assert texts() == ["Repair", "Selling", "Hiring"]


def test_pasted_lines_stand_after_those_that_are_there_and_before_other(author: Client, poll: Poll) -> None:
    save(author, poll, offer_other="on", other_text="Something else")

    save(author, poll, "Hiring", paste="Travel")

    assert texts()[-3:] == ["Hiring", "Travel", "Something else"]


@pytest.mark.parametrize(
    ("paste", "sentence"),
    [
        ("\n".join(str(n) for n in range(51)), "at most 50 options, and this one would have 51"),
        ("Repair\n" + "x" * 201, "at most 200 characters"),
        ("Repair", "at least two options"),
        ("Repair\nA\x00B", "Null characters are not allowed"),
        ("x" * 20_001, "at most 20000 characters"),
    ],
)
def test_lines_that_cannot_be_options_are_refused_and_stay_in_the_field(
    author: Client, paste: str, sentence: str
) -> None:
    page = add(author, paste=paste)

    assert sentence in text_of(page)
    assert paste.splitlines()[0] in page.content.decode()
    assert Option.objects.count() == 0


def test_fifty_options_are_enough_however_they_come(author: Client) -> None:
    rows = [f"Row {n}" for n in range(30)]

    refused = add(author, *rows, paste="\n".join(f"Line {n}" for n in range(20)), offer_other="on")
    add(author, *rows, paste="\n".join(f"Line {n}" for n in range(20)))

    assert "this one would have 51" in text_of(refused)
    assert len(texts()) == 50


def test_a_long_word_without_spaces_is_an_option_like_others(author: Client) -> None:
    word = "Donaudampfschifffahrtsgesellschaft" * 5

    add(author, paste=f"{word}\nNo")

    assert texts() == [word, "No"]


def test_two_rows_that_say_the_same_are_refused(author: Client) -> None:
    page = add(author, "Repair", "repair ", "Selling")

    assert "Another option says the same" in text_of(page)
    assert Poll.objects.count() == 0


@pytest.mark.parametrize(
    ("fields", "points"),
    [
        ({"points": "1..5"}, 5),
        ({"points": "1..7"}, 7),
        ({"points": "0..10"}, 11),
        ({"paste": "1..5"}, 5),
        ({"paste": " 1 – 9 \n"}, 9),
        ({"paste": "-2 to 2"}, 5),
    ],
)
def test_the_points_of_a_scale_are_made(author: Client, fields: dict[str, str], points: int) -> None:
    add(author, kind="scale", low_label="never", high_label="always", **fields)

    poll = Poll.objects.get()
    assert len(texts()) == points
    assert [int(text) for text in texts()] == sorted(int(text) for text in texts())
    assert (poll.low_label, poll.high_label) == ("never", "always")


@pytest.mark.parametrize("paste", ["5..1", "1..1", "0..500", "1..9999"])
def test_a_scale_that_makes_no_sense_is_refused(author: Client, paste: str) -> None:
    page = add(author, kind="scale", paste=paste)

    assert page.status_code == 200
    assert paste in page.content.decode()
    assert Poll.objects.count() == 0


def test_other_is_offered_renamed_retired_and_put_back_always_last(author: Client, poll: Poll) -> None:
    save(author, poll, offer_other="on", other_text="")
    offered = texts()
    vote(poll, "Something else", words="I nap.")
    save(author, poll, "Hiring", other_text="None of these")
    save(author, poll, offer_other="")
    retired = texts()
    save(author, poll, offer_other="on", other_text="None of these")

    assert offered[-1] == "Something else"
    assert "None of these" not in retired
    assert texts()[-2:] == ["Hiring", "None of these"]
    assert Option.objects.filter(is_other=True).count() == 1
    assert option(poll, "None of these").votes.count() == 1


def test_other_without_votes_just_goes(author: Client, poll: Poll) -> None:
    save(author, poll, offer_other="on")
    save(author, poll, offer_other="")

    assert not Option.objects.filter(is_other=True).exists()


def test_rows_that_are_moved_leave_other_last(author: Client, poll: Poll) -> None:
    save(author, poll, offer_other="on", other_text="Something else")

    save(author, poll, **{"options-0-ORDER": 9})

    assert texts() == ["Selling", "Reports", "Coaching", "Repair", "Something else"]


def test_one_option_and_other_are_enough(author: Client) -> None:
    add(author, "Repair", offer_other="on", other_text="Something else")

    assert texts() == ["Repair", "Something else"]


def test_what_belongs_to_another_kind_is_ignored_without_a_script(author: Client) -> None:
    answer = add(
        author,
        "Repair",
        "Selling",
        kind="single",
        min_votes="7",
        max_votes="2",
        points="1..5",
        low_label="never",
    )

    poll = Poll.objects.get()
    assert answer.status_code == 302
    assert (poll.min_votes, poll.max_votes, poll.low_label) == (1, None, "")
    assert texts() == ["Repair", "Selling"]


def test_a_poll_for_words_takes_no_pasted_options(author: Client) -> None:
    add(author, kind="words", paste="Repair\n" + "x" * 300, offer_other="on", min_votes="-3")

    assert Option.objects.count() == 0
    assert Poll.objects.get().min_votes == 1


@pytest.mark.parametrize(
    ("least", "most", "sentence"),
    [("3", "2", "must not be less than"), ("0", "", "must be 1 or more"), ("x", "", "Enter a whole number")],
)
def test_limits_that_make_no_sense_are_refused(author: Client, least: str, most: str, sentence: str) -> None:
    page = add(author, "Repair", "Selling", kind="multiple", min_votes=least, max_votes=most)

    assert sentence in text_of(page)
    assert Poll.objects.count() == 0


@pytest.mark.parametrize(("least", "is_saved"), [("3", True), ("4", False)])
def test_poll_that_nobody_could_answer_is_refused(author: Client, least: str, is_saved: bool) -> None:
    page = add(author, "Repair", "Selling", kind="multiple", min_votes=least, offer_other="on")

    sentence = f"Readers must choose at least {least}, and there are only 3 options."
    assert (sentence in text_of(page)) == (not is_saved)
    assert Poll.objects.exists() == is_saved


def test_options_that_readers_must_choose_from_cannot_be_taken_away(author: Client) -> None:
    poll = a_poll(options=("Repair", "Selling", "Reports"), kind=Poll.Kind.MULTIPLE, min_votes=3)
    vote(poll, "Repair", "Selling", "Reports")

    page = author.post(edit_url(poll), form_of(poll, remove=("Reports",)))

    assert "at least 3, and there are only 2 options." in text_of(page)
    assert poll.options.filter(retired_at=None).count() == 3


def test_roles_are_one_per_line(author: Client) -> None:
    add(author, "Repair", "Selling", roles=" Sales rep \n\nManager\nManager")

    assert Poll.objects.get().role_list == ["Sales rep", "Manager"]


def test_times_say_which_clock_they_follow(author: Client) -> None:
    assert text_of(author.get(address("add"))).count("Time zone: UTC, where it is") == 2


def test_a_time_that_has_passed_is_refused(author: Client) -> None:
    page = add(author, "Repair", "Selling", closes_at="2020-01-01 12:00")

    assert "This time has passed" in text_of(page)


def test_a_new_row_stands_last_whatever_was_removed_before(author: Client, poll: Poll) -> None:
    Option.objects.filter(text__in=["Reports", "Coaching"]).update(sort_order=7)

    save(author, poll, "Hiring")

    assert texts() == ["Repair", "Selling", "Reports", "Coaching", "Hiring"]


@pytest.mark.parametrize(
    "field", ["options-0-id", "options-0-text", "kind", "results_visibility", "options-TOTAL_FORMS", "paste"]
)
@pytest.mark.parametrize("value", ["\x00", "-1", "☃" * 30_000, "9" * 30], ids=["nul", "minus", "long", "big"])
def test_bad_input_gets_the_form_again_and_saves_nothing(
    author: Client, poll: Poll, field: str, value: str
) -> None:
    before = list(Option.objects.values())

    page = author.post(edit_url(poll), form_of(poll, **{field: value}))

    assert page.status_code in (200, 302, 400)
    if page.status_code == 200:
        assert list(Option.objects.values()) == before


def test_an_option_of_another_poll_cannot_be_taken_over(author: Client, poll: Poll) -> None:
    stranger = a_poll("Another?")
    theirs = option(stranger, "Repair")

    page = author.post(edit_url(poll), form_of(poll, **{"options-0-id": theirs.pk, "options-0-text": "Mine"}))

    assert page.status_code in (200, 302)
    theirs.refresh_from_db()
    assert (theirs.text, theirs.poll_id) == ("Repair", stranger.pk)
