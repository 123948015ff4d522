"""What an author does with proposed themes: another name, together, apart, away, or accepted."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from onward_polls.desk.board import UNSORTED, words_of
from onward_polls.errors import CannotSuggest, PollError, ProposalGone
from onward_polls.models import (
    Ballot,
    Poll,
    ProposedTheme,
    ProposedWords,
    Theme,
    ThemeProposal,
    WordsNote,
    plain_text,
)
from onward_polls.themes.clustering import halve
from onward_polls.themes.naming import suggested_names

from .suggesting import language_of
from .themes import create_theme, usable_name


#: Ballots noted with one statement.
BATCH = 500


def proposal_of(poll: Poll) -> ThemeProposal | None:
    """Return what is proposed for a poll, or is about to be."""
    return ThemeProposal.objects.filter(poll=poll).first()


def open_words(proposal: ThemeProposal) -> "QuerySet[ProposedWords]":
    """Return the words of a proposal that still stand and that the author has not sorted in the meantime."""
    still = words_of(proposal.poll).filter(UNSORTED)
    return proposal.words.filter(ballot__in=still)


def rename_proposed(theme: ProposedTheme, name: str) -> None:
    """Give a proposed theme another name. Raises ThemeNameUnusable, ThemeNameTaken or ProposalGone.

    It may be the name of a theme of the poll: accepting it then adds to that one.
    """
    name = usable_name(name, theme.proposal.themes.exclude(pk=theme.pk))
    if not ProposedTheme.objects.filter(pk=theme.pk).update(name=name):
        raise ProposalGone
    theme.name = name


def merge_proposed(theme: ProposedTheme, *, into: ProposedTheme) -> None:
    """Move the words of one proposed theme into another of the same proposal. Raises ProposalGone."""
    if theme.pk == into.pk:
        raise PollError(_("A theme cannot be merged into itself. Please choose another one."))
    with transaction.atomic():
        _held(into.proposal, theme.pk, into.pk)
        move_words(into.proposal, theme.words.values_list("line", flat=True), into=into)
        theme.delete()


def split_proposed(theme: ProposedTheme) -> ProposedTheme:
    """Put about half of a proposed theme, what differs from the rest, into a new one beside it.

    Raises CannotSuggest where nothing tells its sentences apart, and ProposalGone.
    """
    with transaction.atomic():
        _held(theme.proposal, theme.pk)
        rows = list(open_words(theme.proposal).filter(theme=theme).values_list("line", "ballot__words"))
        language = language_of(theme.proposal.poll)
        in_second = halve([words for _line, words in rows], language=language)
        if len(set(in_second)) < 2:
            raise CannotSuggest(
                _("Nothing tells these sentences apart. Mark those that belong elsewhere, and move them.")
            )
        parts = [
            [words for (_l, words), second in zip(rows, in_second, strict=True) if second == part]
            for part in (False, True)
        ]
        name = suggested_names(parts, [], language=language)[1]
        new = _new_theme(theme.proposal, _free_name(theme.proposal, name), behind=theme)
        lines = {line for (line, _w), second in zip(rows, in_second, strict=True) if second}
        move_words(theme.proposal, lines, into=new)
    return new


def make_proposed(proposal: ThemeProposal, name: str) -> ProposedTheme:
    """Add an empty proposed theme behind the others. Raises ThemeNameUnusable or ThemeNameTaken."""
    return _new_theme(proposal, usable_name(name, proposal.themes.all()))


def move_words(proposal: ThemeProposal, lines: Iterable[int], *, into: ProposedTheme | None) -> int:
    """Move the words on these lines into a proposed theme, behind its own, or with None into no theme."""
    last = into.words.aggregate(last=Max("rank"))["last"] if into else None
    words = proposal.words.filter(line__in=list(lines))
    moved: int = words.update(theme=into, rank=(last or 0) + 1)
    return moved


def drop_proposed(theme: ProposedTheme) -> None:
    """Propose a theme no longer; its words stay unsorted."""
    theme.delete()


def discard_proposal(proposal: ThemeProposal) -> None:
    """Forget everything that is proposed; nothing on the board changes."""
    ThemeProposal.objects.filter(pk=proposal.pk).delete()


def accept_proposed(theme: ProposedTheme) -> tuple[Theme, int]:
    """Make a proposed theme one of the poll's, with its words; return it and how many sentences it got.

    It is added to the poll's theme of the same name if there is one. Words that the author has sorted in the meantime,
    or that their readers took back, are left where they are. Raises ProposalGone.
    """
    proposal = theme.proposal
    with transaction.atomic():
        _held(proposal, theme.pk)
        theme.refresh_from_db()
        ballots = list(open_words(proposal).filter(theme=theme).values_list("ballot", flat=True))
        target = _theme_called(proposal.poll, theme.name) or create_theme(proposal.poll, theme.name)
        _sort_unsorted(ballots, target)
        proposal.words.filter(theme=theme).delete()
        theme.delete()
    return target, WordsNote.objects.filter(theme=target, ballot__in=ballots).count()


def accept_all(proposal: ThemeProposal) -> int:
    """Accept every theme of a proposal that has words left; return how many, and forget the rest of the proposal.

    Raises ProposalGone.
    """
    with transaction.atomic():
        _held(proposal)
        accepted = 0
        for theme in proposal.themes.all():
            if open_words(proposal).filter(theme=theme).exists():
                accept_proposed(theme)
                accepted += 1
        discard_proposal(proposal)
    return accepted


def _held(proposal: ThemeProposal, *themes: int) -> None:
    """Keep a proposal for ourselves until the transaction ends. Raises ProposalGone if any of it is gone."""
    held = ThemeProposal.objects.select_for_update().filter(pk=proposal.pk).first()
    if held is None or held.themes.filter(pk__in=themes).count() < len(themes):
        raise ProposalGone


def _sort_unsorted(ballots: list[int], theme: Theme) -> None:
    """Put ballots into a theme, but none that another window has put into one at this very moment."""
    for start in range(0, len(ballots), BATCH):
        batch = ballots[start : start + BATCH]
        noted = WordsNote.objects.filter(ballot__in=batch)
        noted.filter(theme=None).update(theme=theme)
        without = Ballot.objects.filter(pk__in=batch, words_note=None).values_list("pk", flat=True)
        notes = [WordsNote(ballot_id=pk, theme=theme) for pk in without]
        WordsNote.objects.bulk_create(notes, ignore_conflicts=True)


def _theme_called(poll: Poll, name: str) -> Theme | None:
    return next((theme for theme in poll.themes.all() if plain_text(theme.name) == plain_text(name)), None)


def _new_theme(proposal: ThemeProposal, name: str, behind: ProposedTheme | None = None) -> ProposedTheme:
    """Add a proposed theme, at the end or right behind another."""
    themes = list(proposal.themes.all())
    place = themes.index(behind) + 1 if behind in themes else len(themes)
    new = ProposedTheme.objects.create(proposal=proposal, name=name)
    for number, theme in enumerate([*themes[:place], new, *themes[place:]], 1):
        ProposedTheme.objects.filter(pk=theme.pk).update(sort_order=number)
    return new


def _free_name(proposal: ThemeProposal, name: str) -> str:
    taken = {plain_text(each) for each in proposal.themes.values_list("name", flat=True)}
    numbered = [name, *(f"{name} ({number})" for number in range(2, len(taken) + 3))]
    return next(each for each in numbered if plain_text(each) not in taken)
