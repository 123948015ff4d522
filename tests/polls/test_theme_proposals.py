"""An author goes through suggested themes: renames, merges, splits, moves, drops and accepts them."""

from typing import Any

import pytest
from django.test import Client

from onward_polls.actions import create_theme, sort_words
from onward_polls.actions.suggesting import ask_for_themes, make_proposal
from onward_polls.models import Ballot, Poll, ProposedTheme, ProposedWords, Theme, ThemeProposal, WordsNote
from tests.polls.editor import address, text_of
from tests.polls.sentences import sentences, written_to


pytestmark = pytest.mark.django_db
pytest.importorskip("sklearn", reason="the extra themes is not installed")


@pytest.fixture
def proposal(poll: Poll) -> ThemeProposal:
    """Eight themes, proposed for a poll to which 244 readers have written."""
    written_to(poll, sentences())
    proposal = ask_for_themes(poll)
    make_proposal(proposal)
    return ThemeProposal.objects.get()


def press(author: Client, proposal: ThemeProposal, do: str, follow: bool = True, **fields: Any) -> Any:
    return author.post(address("proposals", proposal.poll_id), {"do": do, **fields}, follow=follow)


def called(name: str) -> ProposedTheme:
    return ProposedTheme.objects.get(name=name)


def lines_with(*texts: str) -> list[int]:
    return list(ProposedWords.objects.filter(ballot__words__in=texts).values_list("line", flat=True))


def said_in(theme: Theme | ProposedTheme) -> set[str]:
    if isinstance(theme, Theme):
        return set(theme.words_notes.values_list("ballot__words", flat=True))
    return set(theme.words.values_list("ballot__words", flat=True))


def test_an_accepted_theme_stands_on_the_board_with_its_sentences(
    author: Client, proposal: ThemeProposal
) -> None:
    theme = called("Forecast, pipeline, target")
    words = said_in(theme)

    page = text_of(press(author, proposal, f"accept:{theme.pk}"))

    assert f"“Forecast, pipeline, target” is a theme now, with {len(words)} sentences." in page
    assert said_in(Theme.objects.get()) == words
    assert not ProposedTheme.objects.filter(pk=theme.pk).exists()
    assert "7 themes are suggested" in page


def test_every_button_saves_the_names_that_were_typed(author: Client, proposal: ThemeProposal) -> None:
    theme, other = called("Forecast, pipeline, target"), called("Reports, CRM, admin")

    press(
        author,
        proposal,
        f"accept:{theme.pk}",
        **{f"name-{theme.pk}": " The  number ", f"name-{other.pk}": "Paperwork"},
    )

    assert Theme.objects.get().name == "The number"
    assert ProposedTheme.objects.filter(name="Paperwork").exists()


@pytest.mark.parametrize("name", ["", "   ", "reports, crm, ADMIN", "x" * 101])
def test_a_name_that_cannot_be_is_said_and_stays_in_the_field(
    author: Client, proposal: ThemeProposal, name: str
) -> None:
    theme = called("Forecast, pipeline, target")

    response = press(author, proposal, "accept_all", **{f"name-{theme.pk}": name, "new": "Kept", "line": "3"})

    page = response.content.decode()
    assert response.status_code in (400, 409)
    assert any(cure in page for cure in ("Please type one", "choose another name", "Please shorten it"))
    assert f'name="name-{theme.pk}" value="{name}"' in page
    assert 'name="new" value="Kept"' in page
    assert not Theme.objects.exists()
    assert ProposedTheme.objects.filter(name="Forecast, pipeline, target").exists()


def test_all_are_accepted_at_once_and_what_fits_nowhere_stays_unsorted(
    author: Client, proposal: ThemeProposal
) -> None:
    left = proposal.words.filter(theme=None).count()

    page = text_of(press(author, proposal, "accept_all"))

    assert "8 themes are accepted. What fitted nowhere is still unsorted." in page
    assert Theme.objects.count() == 8
    assert WordsNote.objects.count() == 244 - left
    assert not ThemeProposal.objects.exists()
    assert "Ask my wife." in page


def test_what_was_sorted_meanwhile_is_never_touched(author: Client, proposal: ThemeProposal) -> None:
    mine = create_theme(proposal.poll, "Mine")
    theme = called("Forecast, pipeline, target")
    ballot = theme.words.first().ballot
    starred = theme.words.last().ballot
    sort_words(ballot, mine.pk)
    WordsNote.objects.create(ballot=starred, starred=True)

    press(author, proposal, f"accept:{theme.pk}")

    assert WordsNote.objects.get(ballot=ballot).theme == mine
    kept = WordsNote.objects.get(ballot=starred)
    assert (kept.starred, kept.theme.name) == (True, "Forecast, pipeline, target")


def test_a_proposal_with_the_name_of_a_theme_adds_to_it(author: Client, proposal: ThemeProposal) -> None:
    mine = create_theme(proposal.poll, "the number")
    theme = called("Forecast, pipeline, target")

    press(author, proposal, f"accept:{theme.pk}", **{f"name-{theme.pk}": "The number"})

    assert Theme.objects.get() == mine
    assert mine.words_notes.count() > 20


def test_merging_moves_every_sentence_and_keeps_the_other_name(
    author: Client, proposal: ThemeProposal
) -> None:
    one, other = called("Forecast, pipeline, target"), called("Reports, CRM, admin")
    both = said_in(one) | said_in(other)

    press(author, proposal, f"merge:{one.pk}", **{f"into-{one.pk}": other.pk})

    assert said_in(called("Reports, CRM, admin")) == both
    assert not ProposedTheme.objects.filter(pk=one.pk).exists()


def test_a_theme_is_not_merged_into_itself(author: Client, proposal: ThemeProposal) -> None:
    theme = called("Reports, CRM, admin")

    page = text_of(press(author, proposal, f"merge:{theme.pk}", **{f"into-{theme.pk}": theme.pk}))

    assert "cannot be merged into itself" in page
    assert said_in(theme)


def test_splitting_makes_two_of_one_and_loses_no_sentence(author: Client, proposal: ThemeProposal) -> None:
    theme = ProposedTheme.objects.order_by("sort_order").first()
    before = said_in(theme)

    press(author, proposal, f"split:{theme.pk}")

    beside = ProposedTheme.objects.order_by("sort_order")[1]
    assert said_in(theme) | said_in(beside) == before
    assert said_in(theme)
    assert said_in(beside)
    assert said_in(theme).isdisjoint(said_in(beside))
    assert ProposedTheme.objects.count() == 9


def test_what_nothing_tells_apart_is_not_split(author: Client, poll: Poll) -> None:
    written_to(poll, ["Meetings"] * 60)
    proposal = ask_for_themes(poll)
    make_proposal(proposal)

    page = text_of(press(author, proposal, f"split:{ProposedTheme.objects.get().pk}"))

    assert "Nothing tells these sentences apart." in page
    assert ProposedTheme.objects.count() == 1


def test_marked_sentences_are_moved_with_all_that_say_the_same(author: Client, poll: Poll) -> None:
    written_to(poll, [*sentences(), "Ask my wife!", "ask my WIFE"])
    proposal = ask_for_themes(poll)
    make_proposal(proposal)
    theme = called("Reports, CRM, admin")

    page = text_of(press(author, proposal, "move", line=lines_with("Ask my wife."), to=theme.pk))

    assert "3 sentences are moved." in page
    assert {"Ask my wife.", "Ask my wife!", "ask my WIFE"} <= said_in(theme)


def test_marked_sentences_make_a_new_theme_or_leave_theirs(author: Client, proposal: ThemeProposal) -> None:
    theme = called("Forecast, pipeline, target")
    out = theme.words.first()

    press(author, proposal, "move", line=lines_with("Ask my wife.", "My dog."), new="Home")
    press(author, proposal, "move", line=out.line, to="")

    assert said_in(called("Home")) == {"Ask my wife.", "My dog."}
    out.refresh_from_db()
    assert out.theme is None


def test_moving_without_a_mark_says_what_to_do(author: Client, proposal: ThemeProposal) -> None:
    page = text_of(press(author, proposal, "move", to="", new="Home"))

    assert "No sentence is marked." in page
    assert not ProposedTheme.objects.filter(name="Home").exists()


def test_a_dropped_theme_leaves_its_sentences_unsorted(author: Client, proposal: ThemeProposal) -> None:
    theme = called("Forecast, pipeline, target")
    words = said_in(theme)

    press(author, proposal, f"drop:{theme.pk}")
    press(author, proposal, "accept_all")

    assert Theme.objects.count() == 7
    assert not WordsNote.objects.filter(ballot__words__in=words).exists()


def test_discarding_leaves_the_board_as_it_was(author: Client, proposal: ThemeProposal) -> None:
    press(author, proposal, "discard")

    assert not ThemeProposal.objects.exists()
    assert not Theme.objects.exists()
    assert Ballot.objects.count() == 244


@pytest.mark.parametrize("do", ["accept", "merge", "split", "drop"])
def test_a_theme_that_is_gone_is_said_and_nothing_happens(
    author: Client, proposal: ThemeProposal, do: str
) -> None:
    gone = called("Forecast, pipeline, target")
    press(author, proposal, f"drop:{gone.pk}")

    page = text_of(press(author, proposal, f"{do}:{gone.pk}"))

    assert "in another window" in page
    assert ProposedTheme.objects.count() == 7
    assert not Theme.objects.exists()


@pytest.mark.parametrize(
    "do", ["", "x", "accept", "accept:x", "accept:99999999999999999999", "merge:", "move:1"]
)
def test_a_button_that_makes_no_sense_changes_nothing(
    author: Client, proposal: ThemeProposal, do: str
) -> None:
    press(author, proposal, do, line=["x", "-1", "9" * 30], to="x")

    assert ProposedTheme.objects.count() == 8
    assert not Theme.objects.exists()


def test_a_theme_of_another_poll_is_out_of_reach(author: Client, proposal: ThemeProposal) -> None:
    from tests.polls.factories import a_poll

    elsewhere = a_poll("Another?")
    written_to(elsewhere, sentences()[:60])
    foreign = ask_for_themes(elsewhere)
    make_proposal(foreign)
    theirs = foreign.themes.first()

    press(author, proposal, f"accept:{theirs.pk}")
    press(author, proposal, "move", line=lines_with("Ask my wife."), to=theirs.pk)

    assert not Theme.objects.exists()
    assert said_in(theirs).isdisjoint({"Ask my wife."})
    assert author.get(address("proposed_theme", proposal.poll_id, theirs.pk)).status_code == 404


def test_all_sentences_of_a_theme_are_on_its_own_page(author: Client, proposal: ThemeProposal) -> None:
    theme = called("Forecast, pipeline, target")

    page = author.get(address("proposed_theme", proposal.poll_id, theme.pk)).content.decode()

    assert page.count('name="line"') == len(said_in(theme))


def test_the_page_costs_no_more_queries_with_more_sentences(
    author: Client, proposal: ThemeProposal, django_assert_max_num_queries: Any
) -> None:
    where = address("proposals", proposal.poll_id)
    author.get(where)
    with django_assert_max_num_queries(60) as few:
        author.get(where)
    more = written_to(proposal.poll, (f"More of it {number}" for number in range(500)))
    theme = proposal.themes.first()
    ProposedWords.objects.bulk_create(
        ProposedWords(proposal=proposal, theme=theme, ballot=ballot, line=1000 + place)
        for place, ballot in enumerate(more)
    )

    with django_assert_max_num_queries(len(few.captured_queries)):
        author.get(where)
