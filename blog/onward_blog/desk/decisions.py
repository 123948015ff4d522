"""What waits for the author today: a sentence each, and the screen on which to decide."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .numbers import shown
from .summary import Desk


@dataclass(frozen=True)
class Decision:
    """One thing to decide. ``address`` is a page in the admin; with ``posts`` its button acts without that page."""

    #: What tells it from every other one, for ever: a morning mail goes out for new ones only.
    key: str
    text: str
    action: str
    address: str
    posts: bool = False
    #: Whether it can wait.
    is_minor: bool = False
    #: More buttons: (label, address).
    more: tuple[tuple[str, str], ...] = ()


def decisions_of(desk: Desk) -> list[Decision]:
    """Return what waits on a desk, what readers wait for first."""
    return [
        *_held(desk),
        *_asked(desk),
        *_overdue(desk),
        *_ready(desk),
        *_untold(desk),
        *_unmailed(desk),
        *_taken_back(desk),
    ]


def _held(desk: Desk) -> Iterator[Decision]:
    if desk.held:
        text = ngettext(
            "%(n)d comment is held until you decide.", "%(n)d comments are held until you decide.", desk.held
        )
        yield Decision(
            f"held:{desk.last_held}",
            text % {"n": desk.held},
            _("Decide"),
            reverse("onward_blog_comments:queue"),
        )


def _asked(desk: Desk) -> Iterator[Decision]:
    if desk.asked:
        text = ngettext(
            "%(n)d question from a reader is held until you decide.",
            "%(n)d questions from readers are held until you decide.",
            desk.asked,
        )
        yield Decision(
            f"asked:{desk.last_asked}",
            text % {"n": desk.asked},
            _("Decide"),
            reverse("onward_blog_questions:queue"),
        )


def _overdue(desk: Desk) -> Iterator[Decision]:
    for part in desk.overdue:
        expected = ngettext(
            "The next part of “%(title)s” was expected %(days)d days ago, and %(n)s answer waits for it.",
            "The next part of “%(title)s” was expected %(days)d days ago, and %(n)s answers wait for it.",
            part.answers,
        )
        announced = ngettext(
            "The next part of “%(title)s” was announced %(days)d days ago, and %(n)s answer waits for it.",
            "The next part of “%(title)s” was announced %(days)d days ago, and %(n)s answers wait for it.",
            part.answers,
        )
        facts = {"title": part.series.title, "days": part.silent_days, "n": shown(part.answers)}
        text = (expected if part.was_expected else announced) % facts
        yield _next_part(part.key, part.announcer.pk, part.draft.pk if part.draft else None, text)


def _ready(desk: Desk) -> Iterator[Decision]:
    for row in desk.ready:
        n = row.totals["answers"]
        text = ngettext(
            "%(n)s answer to “%(title)s” is ready for the next part.",
            "%(n)s answers to “%(title)s” are ready for the next part.",
            n,
        )
        text %= {"n": shown(n), "title": row.page.title}
        yield _next_part(f"ready:{row.page.pk}", row.page.pk, row.draft, text)


def _next_part(key: str, page_id: int, draft: int | None, text: str) -> Decision:
    if draft:
        edit = reverse("wagtailadmin_pages:edit", args=[draft])
        return Decision(key, text, _("Open the draft of the next part"), edit)
    return Decision(key, text, _("Write the next part"), _screen("next_part", page_id), posts=True)


def _untold(desk: Desk) -> Iterator[Decision]:
    for use in desk.untold:
        text = _("“%(title)s” takes up readers’ answers, and they have not been told.")
        yield Decision(
            f"untold:{use.page_id}",
            text % {"title": use.page.title},
            _("Tell the readers…"),
            _screen("tell", use.page_id),
        )


def _unmailed(desk: Desk) -> Iterator[Decision]:
    for page in desk.unmailed:
        text = _("“%(title)s” is out and has not been mailed.") % {"title": page.title}
        yield Decision(
            f"unmailed:{page.pk}", text, _("Mail this article…"), _screen("mail", page.pk), is_minor=True
        )


def _taken_back(desk: Desk) -> Iterator[Decision]:
    text = _(
        "A reader took back a sentence from “%(title)s”. It is gone from every page; a line says that one stood there."
    )
    mine = {row.page.pk for row in desk.rows}
    for quote in desk.taken_back:
        pages = tuple(
            (
                _("Edit “%(title)s”") % {"title": use.page.title},
                reverse("wagtailadmin_pages:edit", args=[use.page_id]),
            )
            for use in quote.uses.all()
            if use.page_id in mine
        )
        (label, address), *more = pages
        title = quote.roundup.page_title
        yield Decision(
            f"taken_back:{quote.pk}", text % {"title": title}, label, address, is_minor=True, more=tuple(more)
        )


def _screen(name: str, page_id: int) -> str:
    return reverse(f"onward_blog_desk:{name}", args=[page_id])
