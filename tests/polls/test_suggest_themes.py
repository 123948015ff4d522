"""An author has themes suggested: when, by whom, and what stays untouched by it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from onward_polls.actions import create_theme, sort_words, suggesting, withdraw_ballot
from onward_polls.actions.suggesting import FEWEST, ask_for_themes, language_of, make_proposal
from onward_polls.erasure import erase_ballot
from onward_polls.models import Poll, ProposedTheme, ProposedWords, Theme, ThemeProposal, WordsNote
from onward_polls.tasks import fold
from tests.polls.editor import address, text_of
from tests.polls.factories import an_article
from tests.polls.sentences import sentences, written_to


pytestmark = pytest.mark.django_db
pytest.importorskip("sklearn", reason="the extra themes is not installed")


@pytest.fixture
def answered(poll: Poll) -> Poll:
    """A poll to which 244 readers have written."""
    written_to(poll, sentences())
    return poll


def board_text(person: Client, poll: Poll) -> str:
    return text_of(person.get(address("board", poll.pk)))


def suggest(person: Client, poll: Poll) -> Any:
    return person.post(address("suggest_themes", poll.pk), follow=True)


@pytest.fixture
def in_background(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have a worker do it from as many sentences on as the tests write."""
    monkeypatch.setattr("onward_polls.viewsets.proposals.IN_BACKGROUND", FEWEST)
    return


def test_themes_are_suggested_and_none_is_a_theme_yet(author: Client, answered: Poll) -> None:
    page = text_of(suggest(author, answered))

    left = ProposedWords.objects.filter(theme=None).count()
    assert f"8 themes are suggested, with {244 - left} sentences; {left} fit nowhere." in page
    assert 10 <= left < 40
    assert {"Forecast, pipeline, target"} <= set(ProposedTheme.objects.values_list("name", flat=True))
    assert "Ask my wife." in page
    assert not Theme.objects.exists()
    assert not WordsNote.objects.exists()


def test_under_fifty_sentences_reading_them_all_is_better(author: Client, poll: Poll) -> None:
    written_to(poll, sentences()[: FEWEST - 1])

    said = board_text(author, poll)
    answer = text_of(suggest(author, poll))

    assert "Suggest themes" not in said
    assert "suggested from 50 unsorted sentences on" in said
    assert "reading them all is quicker and better" in answer
    assert not ThemeProposal.objects.exists()


def test_from_fifty_sentences_on_the_board_has_the_button(author: Client, poll: Poll) -> None:
    written_to(poll, sentences()[:FEWEST])

    assert "Suggest themes" in board_text(author, poll)
    assert suggest(author, poll).status_code == 200
    assert ProposedWords.objects.count() == FEWEST


def test_without_the_extra_the_board_names_it_and_the_cure(
    author: Client, answered: Poll, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suggesting, "is_installed", lambda: False)

    for said in (board_text(author, answered), text_of(suggest(author, answered))):
        assert "pip install &quot;wagtail-onward[themes]&quot;" in said
    assert not ThemeProposal.objects.exists()


def test_only_unsorted_sentences_are_proposed(author: Client, answered: Poll) -> None:
    theme = create_theme(answered, "Mine")
    mine = list(answered.ballots.order_by("pk")[:20])
    for ballot in mine:
        sort_words(ballot, theme.pk)

    suggest(author, answered)

    proposed = set(ProposedWords.objects.values_list("ballot", flat=True))
    assert proposed.isdisjoint(ballot.pk for ballot in mine)
    assert len(proposed) == 224
    assert WordsNote.objects.filter(theme=theme).count() == 20


def test_suggesting_again_replaces_what_was_proposed(author: Client, answered: Poll) -> None:
    suggest(author, answered)
    first = set(ProposedTheme.objects.values_list("pk", flat=True))
    suggest(author, answered)

    assert ThemeProposal.objects.count() == 1
    assert first.isdisjoint(ProposedTheme.objects.values_list("pk", flat=True))
    assert ProposedWords.objects.count() == 244


@pytest.mark.parametrize("name", ["suggest_themes", "proposals", "proposed_left"])
def test_looking_changes_nothing(author: Client, answered: Poll, name: str) -> None:
    author.get(address(name, answered.pk) + "?do=accept_all")
    author.head(address(name, answered.pk))

    assert not ThemeProposal.objects.exists()
    assert not Theme.objects.exists()


def test_only_those_who_may_change_polls_have_themes_suggested_or_see_them(
    author: Client, editor: Client, reader: Client, answered: Poll
) -> None:
    editor.user.user_permissions.add(Permission.objects.get(codename="view_poll"))
    for person in (editor, reader):
        suggest(person, answered)
    assert not ThemeProposal.objects.exists()

    suggest(author, answered)
    theme = ProposedTheme.objects.first()
    for person in (editor, reader):
        for where in (address("proposals", answered.pk), address("proposed_theme", answered.pk, theme.pk)):
            person.post(where, {"do": "accept_all"})
            response = person.get(where)
            assert response.status_code in (302, 403)
            assert b"Ask my wife." not in response.content
    assert not Theme.objects.exists()


@pytest.mark.parametrize(
    "texts",
    [["🎉"] * 60, ["the and of"] * 60, [f"{n}" for n in range(60)]],
    ids=["emoji", "stop words", "numbers"],
)
def test_where_nothing_is_shared_everything_fits_nowhere(
    author: Client, poll: Poll, texts: list[str]
) -> None:
    written_to(poll, texts)

    page = text_of(suggest(author, poll))

    assert "0 themes are suggested, with 0 sentences; 60 fit nowhere." in page


def test_sixty_times_the_same_is_one_line(author: Client, poll: Poll) -> None:
    written_to(poll, ["Meetings", "meetings!"] * 30)

    page = text_of(suggest(author, poll))

    assert "1 theme is suggested, with 60 sentences" in page
    assert page.count("× 60") == 1


def test_markup_is_shown_and_not_run(author: Client, poll: Poll) -> None:
    written_to(poll, ["<script>alert(1)</script> meetings", "<script>alert(1)</script> reports"] * 30)

    page = suggest(author, poll).content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


# In a worker


@pytest.mark.usefixtures("in_background")
def test_many_sentences_wait_for_a_worker_and_the_page_says_so(author: Client, answered: Poll) -> None:
    waiting = text_of(suggest(author, answered))
    on_board = board_text(author, answered)

    fold()

    ready = text_of(author.get(address("proposals", answered.pk)))
    assert "244 sentences wait for a worker" in waiting
    assert "Themes are being suggested" in on_board
    assert "8 themes are suggested" in ready
    assert "Review the suggested themes" in board_text(author, answered)


@pytest.mark.usefixtures("in_background")
def test_a_worker_that_was_stopped_is_said_and_the_author_can_ask_again(
    author: Client, answered: Poll
) -> None:
    suggest(author, answered)
    long_ago = timezone.now() - timezone.timedelta(minutes=10)
    ThemeProposal.objects.update(started_at=long_ago)

    fold()
    page = text_of(author.get(address("proposals", answered.pk)))

    assert "This did not finish." in page
    assert "Suggest themes again" in page


def test_two_workers_make_one_proposal(answered: Poll) -> None:
    proposal = ask_for_themes(answered)

    assert [make_proposal(proposal), make_proposal(proposal)] == [True, False]
    assert ProposedWords.objects.count() == 244


def test_what_was_discarded_meanwhile_is_not_brought_back(
    answered: Poll, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal = ask_for_themes(answered)

    def discarded_meanwhile(texts: list[str], *, language: str) -> Any:
        ThemeProposal.objects.all().delete()
        return found(texts, language=language)

    found = suggesting.group_texts
    monkeypatch.setattr(suggesting, "group_texts", discarded_meanwhile)

    assert not make_proposal(proposal)
    assert not ThemeProposal.objects.exists()
    assert not ProposedWords.objects.exists()


def test_a_sentence_taken_back_or_erased_leaves_the_proposal(author: Client, answered: Poll) -> None:
    suggest(author, answered)
    left = ProposedWords.objects.filter(theme=None).count()
    withdrawn, erased = (answered.ballots.get(words=words) for words in ("Ask my wife.", "Learning Polish."))

    withdraw_ballot(withdrawn)
    erase_ballot(erased)

    page = text_of(author.get(address("proposals", answered.pk)))
    assert "Ask my wife." not in page
    assert "Learning Polish." not in page
    assert not ProposedWords.objects.filter(ballot=erased).exists()
    assert f"{left - 2} fit nowhere" in page


# The language


def test_the_language_is_that_of_the_pages_it_was_answered_on(poll: Poll, settings: Any) -> None:
    settings.LANGUAGE_CODE = "fr"
    page = an_article()
    written_to(poll, ["Berichte"], page_ref=page.pk)
    locale = page.locale
    locale.language_code = "de"
    locale.save()

    assert language_of(poll) == "de"


def test_the_language_is_that_of_the_site_where_no_page_is_known(poll: Poll, settings: Any) -> None:
    settings.LANGUAGE_CODE = "fr"
    written_to(poll, ["Rapports"])

    assert language_of(poll) == "fr"


# What a site without the extra must not notice


def test_nothing_of_the_program_is_loaded_before_somebody_asks() -> None:
    asked = (
        "import django; django.setup(); from django.urls import get_resolver; get_resolver().url_patterns; "
    )
    asked += "import sys, onward_polls.tasks; print([name for name in ('sklearn', 'scipy', 'numpy') if name in sys.modules])"
    paths = os.pathsep.join(path for path in sys.path if path)

    said = subprocess.run(
        [sys.executable, "-c", asked],
        env={**os.environ, "PYTHONPATH": paths, "DJANGO_SETTINGS_MODULE": "onward_site.settings.test"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert said.stdout.strip() == "[]"
