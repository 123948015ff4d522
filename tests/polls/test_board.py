"""An author sorts what readers wrote into themes: with forms, from two windows, and among many sentences."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from onward_polls.actions import add_words, withdraw_ballot
from onward_polls.actions.themes import create_theme, delete_theme, move_theme
from onward_polls.desk.board import PAGE
from onward_polls.erasure import erase_answers
from onward_polls.errors import ThemeGone
from onward_polls.models import Ballot, Option, Poll, Theme, WordsNote
from onward_polls.viewsets import poll_viewset
from tests.polls.factories import a_poll, an_article, vote


pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}


def address(name: str, *args: object) -> str:
    return reverse(poll_viewset.get_url_name(name), args=args)


def wrote(poll: Poll, words: str, consent: str = "none", credit: str = "", **details: Any) -> Ballot:
    return add_words(vote(poll, "Repair", **details), words=words, consent=consent, credit=credit)


def many_sentences(poll: Poll, n: int) -> None:
    ballots = (
        Ballot(poll=poll, reader_key=f"{i:064x}", cast_at=poll.created_at, words=f"Sentence {i}.")
        for i in range(n)
    )
    Ballot.objects.bulk_create(ballots)


def said_on(page: bytes) -> list[str]:
    """Return the sentences on the cards of a board, in their order."""
    found = re.findall(r'class="onward-words__said">(.*?)</blockquote>', page.decode(), re.S)
    return [strip_tags(text) for text in found]


def board(person: Client, poll: Poll, query: str = "?show=all") -> bytes:
    return person.get(address("board", poll.pk) + query).content


def note(person: Client, ballot: Ballot, headers: dict[str, str] | None = None, **noted: Any) -> Any:
    where = address("note_words", ballot.poll_id)
    return person.post(where, {"words": str(ballot.uuid), **noted}, headers=headers or {})


def test_a_card_is_sorted_with_a_form_and_a_button(author: Client, poll: Poll) -> None:
    ballot = wrote(poll, "I coach on Tuesdays.")
    theme = create_theme(poll, "Coaching")

    response = note(author, ballot, theme=theme.pk, next=address("board", poll.pk))

    assert response.headers["Location"] == f"{address('board', poll.pk)}#words-{ballot.uuid}"
    assert WordsNote.objects.get().theme == theme
    assert said_on(board(author, poll, "")) == []
    assert said_on(board(author, poll, f"?show=theme-{theme.pk}")) == ["I coach on Tuesdays."]


def test_two_windows_do_not_undo_each_others_notes(author: Client, poll: Poll) -> None:
    ballot = wrote(poll, "I coach on Tuesdays.")
    theme = create_theme(poll, "Coaching")

    note(author, ballot, JSON, theme=theme.pk)
    note(author, ballot, JSON, starred="1")
    note(author, ballot, JSON, starred="1")

    noted = WordsNote.objects.get()
    assert (noted.theme, noted.starred) == (theme, True)


def test_a_theme_deleted_in_another_window_is_said_and_nothing_is_noted(author: Client, poll: Poll) -> None:
    ballot = wrote(poll, "I coach on Tuesdays.")
    theme = create_theme(poll, "Coaching")
    delete_theme(theme)

    response = note(author, ballot, JSON, theme=theme.pk)

    assert response.status_code == 409
    assert "deleted or merged in another window" in response.json()["said"]
    assert not WordsNote.objects.exists()


def test_a_theme_of_another_poll_takes_no_sentence(author: Client, poll: Poll) -> None:
    ballot = wrote(poll, "I coach on Tuesdays.")
    foreign = create_theme(a_poll("Another?"), "Coaching")

    assert note(author, ballot, JSON, theme=foreign.pk).status_code == 409
    assert not WordsNote.objects.exists()


def test_a_sentence_taken_back_leaves_the_board_and_its_counts(author: Client, poll: Poll) -> None:
    kept, gone = wrote(poll, "I stay."), wrote(poll, "I go.")
    theme = create_theme(poll, "Both")
    for ballot in (kept, gone):
        note(author, ballot, theme=theme.pk)

    withdraw_ballot(gone)
    answer = note(author, gone, JSON, starred="1")

    assert (answer.status_code, answer.json()["gone"]) == (410, True)
    assert said_on(board(author, poll)) == ["I stay."]
    assert note(author, kept, JSON, starred="1").json()["counts"][f"theme-{theme.pk}"] == "1"


def test_the_sentence_of_an_erased_reader_leaves_the_board(author: Client, poll: Poll) -> None:
    wrote(poll, "I am Ada.", identity="rid:" + "a" * 32)

    erase_answers("rid:" + "a" * 32)

    page = board(author, poll)
    assert said_on(page) == []
    assert "Nobody has written anything yet" in page.decode()


def test_a_card_says_what_may_be_done_with_the_sentence(author: Client, poll: Poll) -> None:
    wrote(poll, "Not me.")
    wrote(poll, "Me.", "initials", "Tess Okafor")

    page = " ".join(strip_tags(board(author, poll).decode()).split())

    assert "Not to be quoted" in page
    assert "Quotable as “T. O.”" in page
    assert said_on(board(author, poll, "?show=quotable")) == ["Me."]


def test_starred_sentences_are_found_again(author: Client, poll: Poll) -> None:
    wrote(poll, "Plain.")
    note(author, wrote(poll, "Bright."), starred="1")

    assert said_on(board(author, poll, "?show=starred")) == ["Bright."]


@pytest.mark.parametrize(
    "query", ["?show=theme-9999999999999999999999", "?after=x&before=-1", "?show=%00&q=%00"]
)
def test_an_address_that_makes_no_sense_shows_a_board(author: Client, poll: Poll, query: str) -> None:
    wrote(poll, "I coach.")

    assert author.get(address("board", poll.pk) + query).status_code == 200


def test_markup_in_a_sentence_is_shown_and_not_run(author: Client, poll: Poll) -> None:
    wrote(poll, "<script>alert(1)</script>")
    create_theme(poll, '"><img src=x onerror=alert(1)>')

    page = board(author, poll).decode()

    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page


# Themes


def test_a_new_theme_takes_the_sentence_it_was_made_for(author: Client, poll: Poll) -> None:
    ballot = wrote(poll, "I coach on Tuesdays.")

    author.post(address("create_theme", poll.pk), {"name": "  Coaching ", "words": str(ballot.uuid)})

    assert WordsNote.objects.get(ballot=ballot).theme == Theme.objects.get(name="Coaching")


@pytest.mark.parametrize("name", ["", "   ", "coaching", "x" * 101])
def test_a_theme_needs_a_name_of_its_own(author: Client, poll: Poll, name: str) -> None:
    create_theme(poll, "Coaching")

    page = author.post(address("create_theme", poll.pk), {"name": name}, follow=True).content.decode()

    assert Theme.objects.count() == 1
    assert "messages" in page
    assert any(cure in page for cure in ("Please type one", "choose another name", "Please shorten it"))


def test_renaming_keeps_the_sentences(author: Client, poll: Poll) -> None:
    theme = create_theme(poll, "Coaching")
    note(author, wrote(poll, "I coach."), theme=theme.pk)

    author.post(address("theme", poll.pk, theme.pk), {"do": "rename", "name": "Growing people"})

    assert said_on(board(author, poll, f"?show=theme-{theme.pk}")) == ["I coach."]
    assert Theme.objects.get().name == "Growing people"


def test_merging_moves_the_sentences_and_deletes_the_empty_theme(author: Client, poll: Poll) -> None:
    first, second = create_theme(poll, "Coaching"), create_theme(poll, "Teaching")
    note(author, wrote(poll, "I coach."), theme=first.pk)
    note(author, wrote(poll, "I teach."), theme=second.pk)

    author.post(address("theme", poll.pk, first.pk), {"do": "merge", "into": second.pk})

    assert [theme.name for theme in Theme.objects.all()] == ["Teaching"]
    assert WordsNote.objects.filter(theme=second).count() == 2


def test_a_theme_is_not_merged_into_itself(author: Client, poll: Poll) -> None:
    theme = create_theme(poll, "Coaching")

    author.post(address("theme", poll.pk, theme.pk), {"do": "merge", "into": theme.pk})

    assert Theme.objects.filter(pk=theme.pk).exists()


def test_deleting_a_theme_says_how_many_and_deletes_no_sentence(author: Client, poll: Poll) -> None:
    theme = create_theme(poll, "Coaching")
    note(author, wrote(poll, "I coach."), theme=theme.pk)

    asked = author.get(address("theme", poll.pk, theme.pk)).content.decode()
    author.post(address("theme", poll.pk, theme.pk), {"do": "delete"})

    assert "1 sentence will be unsorted again" in asked
    assert said_on(board(author, poll, "?show=unsorted")) == ["I coach."]


@pytest.mark.parametrize(
    ("name", "do", "order"),
    [("B", "up", "BAC"), ("B", "down", "ACB"), ("A", "up", "ABC"), ("C", "down", "ABC")],
)
def test_themes_are_put_into_another_order(
    author: Client, poll: Poll, name: str, do: str, order: str
) -> None:
    themes = {name: create_theme(poll, name) for name in "ABC"}
    here = f"{address('board', poll.pk)}?show=all"

    response = author.post(address("theme", poll.pk, themes[name].pk), {"do": do, "next": here})

    assert response.headers["Location"] == here
    assert "".join(theme.name for theme in Theme.objects.all()) == order


def test_a_theme_deleted_in_another_window_cannot_be_moved(author: Client, poll: Poll) -> None:
    theme = create_theme(poll, "A")
    create_theme(poll, "B")
    delete_theme(theme)

    with pytest.raises(ThemeGone):
        move_theme(theme, by=1)
    assert author.post(address("theme", poll.pk, theme.pk), {"do": "down"}).status_code == 404


# Size


def test_a_thousand_sentences_cost_no_more_queries_than_fifty(
    author: Client, poll: Poll, django_assert_max_num_queries: Any
) -> None:
    many_sentences(poll, PAGE)
    board(author, poll)
    with django_assert_max_num_queries(60) as few:
        board(author, poll)

    many_sentences_more = (
        Ballot(poll=poll, reader_key=f"more{i:060x}", cast_at=poll.created_at, words=f"More {i}.")
        for i in range(1000 - PAGE)
    )
    Ballot.objects.bulk_create(many_sentences_more)

    with django_assert_max_num_queries(len(few.captured_queries)):
        page = board(author, poll)
    assert len(said_on(page)) == PAGE


def test_sorting_a_whole_page_leaves_no_sentence_out_of_the_next(author: Client, poll: Poll) -> None:
    many_sentences(poll, PAGE * 2 + 3)
    theme = create_theme(poll, "Coaching")
    seen: list[str] = []
    query = "?show=unsorted"

    while query:
        page = board(author, poll, query)
        seen += said_on(page)
        for uuid in re.findall(rb'name="words" value="([0-9a-f-]{36})"', page):
            author.post(
                address("note_words", poll.pk), {"words": uuid.decode(), "theme": theme.pk}, headers=JSON
            )
        later = re.search(r'href="([^"]*)" rel="next"', page.decode())
        query = later.group(1).replace("&amp;", "&") if later else ""

    assert len(seen) == len(set(seen)) == PAGE * 2 + 3


def test_going_back_shows_what_came_before(author: Client, poll: Poll) -> None:
    many_sentences(poll, PAGE + 10)
    first = board(author, poll)
    later = re.search(r'href="([^"]*)" rel="next"', first.decode())
    second = board(author, poll, later.group(1).replace("&amp;", "&"))

    earlier = re.search(r'href="([^"]*)" rel="prev"', second.decode())
    again = board(author, poll, earlier.group(1).replace("&amp;", "&"))

    assert len(said_on(second)) == 10
    assert said_on(again) == said_on(first)


# Who may


@pytest.mark.parametrize("name", ["board", "inspect", "numbers", "export", "fairness"])
def test_only_those_who_may_change_polls_see_what_readers_wrote(
    editor: Client, reader: Client, poll: Poll, name: str
) -> None:
    wrote(poll, "In confidence.")
    editor.user.user_permissions.add(Permission.objects.get(codename="view_poll"))

    for person in (editor, reader):
        response = person.get(address(name, poll.pk))
        assert response.status_code in (302, 403)
        assert b"In confidence." not in b"".join(response)


def test_only_those_who_may_change_polls_note_anything(editor: Client, reader: Client, poll: Poll) -> None:
    ballot = wrote(poll, "In confidence.")
    theme = create_theme(poll, "Coaching")

    for person in (editor, reader):
        note(person, ballot, theme=theme.pk)
        note(person, ballot, starred="1")
        person.post(address("create_theme", poll.pk), {"name": "Mine"})
        person.post(address("theme", poll.pk, theme.pk), {"do": "delete"})

    assert [each.name for each in Theme.objects.all()] == ["Coaching"]
    assert not WordsNote.objects.exists()


def test_opening_the_board_changes_nothing(author: Client, poll: Poll) -> None:
    ballot = wrote(poll, "I coach.")
    theme = create_theme(poll, "Coaching")

    board(author, poll)
    author.get(address("note_words", poll.pk) + f"?words={ballot.uuid}&theme={theme.pk}")
    author.get(address("theme", poll.pk, theme.pk) + "?do=delete")

    assert Theme.objects.count() == 1
    assert not WordsNote.objects.exists()


# Beside “other”


def test_texts_beside_other_are_counted_together_and_one_becomes_an_option(author: Client) -> None:
    poll = a_poll(ask_words=True)
    an_article(poll)
    Option.objects.create(poll=poll, text="Other", sort_order=9, is_other=True)
    for text in ("Hiring", "hiring ", "Travel"):
        ballot = vote(poll, "Other")
        Ballot.objects.filter(pk=ballot.pk).update(words=text)

    page = board(author, poll).decode()
    where = address("promote", poll.pk) + "?text=hiring"
    asked = author.get(where).content.decode()
    before = poll.options.count()
    author.post(where, {"option": "Hiring people"})

    assert re.findall(r"<tr><td>(.*?)</td><td[^>]*>(\d+)</td>", page) == [("Hiring", "2"), ("Travel", "1")]
    assert "2 readers wrote this" in asked
    assert before == 5
    assert poll.options.get(text="Hiring people").promoted_words == ["hiring"]


def test_only_those_who_may_change_polls_are_shown_the_way_there(
    author: Client, editor: Client, poll: Poll
) -> None:
    editor.user.user_permissions.add(Permission.objects.get(codename="add_poll"))

    way = address("board", poll.pk)

    assert way in author.get(address("list")).content.decode()
    assert way not in editor.get(address("list")).content.decode()
