"""Sorting what readers wrote: themes, and what the author notes about the words on a ballot."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from onward_polls.errors import PollError, ThemeGone, ThemeNameTaken, ThemeNameUnusable, WordsGone
from onward_polls.models import Ballot, Poll, Theme, WordsNote, plain_text


#: The room that a theme's name has.
MAX_NAME = 100


def create_theme(poll: Poll, name: str) -> Theme:
    """Add a theme behind the others of its poll. Raises ThemeNameUnusable or ThemeNameTaken."""
    name = usable_name(name, poll.themes.all())
    last = poll.themes.aggregate(last=Max("sort_order"))["last"] or 0
    try:
        with transaction.atomic():
            theme: Theme = Theme.objects.create(poll=poll, name=name, sort_order=last + 1)
    except IntegrityError as error:
        raise ThemeNameTaken(name) from error
    return theme


def rename_theme(theme: Theme, name: str) -> None:
    """Give a theme another name; its sentences stay in it. Raises ThemeNameUnusable, ThemeNameTaken or ThemeGone."""
    theme.name = usable_name(name, theme.poll.themes.exclude(pk=theme.pk))
    try:
        with transaction.atomic():
            if not Theme.objects.filter(pk=theme.pk).update(name=theme.name):
                raise ThemeGone
    except IntegrityError as error:
        raise ThemeNameTaken(theme.name) from error


def merge_themes(theme: Theme, *, into: Theme) -> int:
    """Move every sentence of a theme into another one and delete it; return how many notes moved.

    Both must be of one poll. Raises ThemeGone if the other was deleted in the meantime, and PollError for a theme
    that is to be merged into itself.
    """
    if theme.pk == into.pk:
        raise PollError(_("A theme cannot be merged into itself. Please choose another one."))
    with transaction.atomic():
        target = _held(theme.poll, into.pk)
        moved: int = WordsNote.objects.filter(theme=theme).update(theme=target)
        Theme.objects.filter(pk=theme.pk).delete()
    return moved


def move_theme(theme: Theme, *, by: int) -> None:
    """Move a theme up (``by=-1``) or down (``by=1``) among those of its poll; at the end it stays. Raises ThemeGone.

    The order is that of the board and its keys.
    """
    with transaction.atomic():
        themes = list(Theme.objects.select_for_update().filter(poll=theme.poll_id))
        if theme not in themes:
            raise ThemeGone
        place = themes.index(theme)
        themes.insert(min(max(place + by, 0), len(themes) - 1), themes.pop(place))
        for number, each in enumerate(themes, 1):
            if each.sort_order != number:
                Theme.objects.filter(pk=each.pk).update(sort_order=number)


def delete_theme(theme: Theme) -> None:
    """Delete a theme; its sentences stay, unsorted."""
    Theme.objects.filter(pk=theme.pk).delete()


def sort_words(ballot: Ballot, theme_id: int | None) -> Theme | None:
    """Put the words on a ballot into a theme of its poll, or with None out of the one they are in.

    Says where the words are to be, not what is to change, so two windows never undo each other by accident.
    Raises ThemeGone and WordsGone.
    """
    with transaction.atomic():
        theme = _held(ballot.poll, theme_id) if theme_id else None
        _note(ballot, theme=theme)
    return theme


def star_words(ballot: Ballot, *, starred: bool) -> None:
    """Mark the words on a ballot as worth coming back to, or not. Raises WordsGone."""
    with transaction.atomic():
        _note(ballot, starred=starred)


def _note(ballot: Ballot, **noted: object) -> None:
    """Save what is noted, and nothing else of the note: another window may be noting the rest."""
    if not Ballot.objects.standing().with_words().filter(pk=ballot.pk).exists():
        raise WordsGone
    WordsNote.objects.update_or_create(ballot=ballot, defaults=noted)


def _held(poll: Poll, theme_id: int) -> Theme:
    """Return a theme that nobody deletes before the transaction ends."""
    theme: Theme | None = Theme.objects.select_for_update().filter(poll=poll, pk=theme_id).first()
    if theme is None:
        raise ThemeGone
    return theme


def usable_name(name: str, others: "QuerySet[Any]") -> str:
    """Return a name for a theme without outer and double spaces.

    ``others`` are rows with a ``name`` that it must not equal. Raises ThemeNameUnusable or ThemeNameTaken.
    """
    name = " ".join(name.replace("\x00", "").split())
    if not name:
        raise ThemeNameUnusable(_("A theme needs a name. Please type one."))
    if len(name) > MAX_NAME:
        raise ThemeNameUnusable(
            _("This name has %(length)d characters, and there is room for %(most)d. Please shorten it.")
            % {"length": len(name), "most": MAX_NAME}
        )
    if plain_text(name) in {plain_text(other) for other in others.values_list("name", flat=True)}:
        raise ThemeNameTaken(name)
    return name
