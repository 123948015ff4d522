"""What stands in one author's morning mail."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from onward_blog.desk.decisions import Decision, decisions_of
from onward_blog.desk.funnel import from_mails
from onward_blog.desk.news import news_line
from onward_blog.desk.numbers import Numbers, added, gained, read_folds, read_totals, shown
from onward_blog.desk.places import Place, ids_in, places_of
from onward_blog.desk.seen import as_kept
from onward_blog.desk.summary import look_at_desk
from onward_blog.links import absolute
from onward_blog.models import AuthorDesk
from onward_blog.site_names import name_for_page


@dataclass(frozen=True)
class Item:
    """One line of the mail, and the screen it leads to."""

    title: str
    text: str
    address: str
    action: str = ""


@dataclass(frozen=True)
class Letter:
    """The mail to one author. ``kept`` is what the next one is compared with."""

    subject: str
    site_name: str
    intro: str
    items: Sequence[Item]
    decisions: Sequence[Item]
    kept: Mapping[str, Any]


def letter_to(user: Any, desk: AuthorDesk) -> Letter | None:
    """Return what has come in since this author's last mail and what waits; None when nothing of it is new.

    Only articles that the author may edit are read. Without an earlier mail everything counts as new.
    """
    places = places_of(user)
    if not places:
        return None
    totals = read_totals(places, read_folds(ids_in(places)))
    new = gained(totals, desk.mailed.get("totals", {}))
    waiting = decisions_of(look_at_desk(user))
    is_known = {*desk.mailed.get("decisions", [])}
    items = list(_items(places, totals, new))
    if not items and is_known.issuperset(decision.key for decision in waiting):
        return None
    return Letter(
        subject=_subject(added(new.values()), waiting),
        site_name=name_for_page(places[0].parts[0]),
        intro=_intro(desk.mailed_on, items),
        items=items,
        decisions=[_decision(one) for one in waiting],
        kept={"totals": as_kept(totals), "decisions": [one.key for one in waiting]},
    )


def _items(
    places: Sequence[Place], totals: Mapping[int, Numbers], new: Mapping[int, Numbers]
) -> Iterator[Item]:
    for place in places:
        for part in place.parts:
            if line := _line(totals[part.pk], new[part.pk]):
                yield Item(part.title, line, _screen("numbers", part.pk))
        if place.series and (n := new[place.series.pk].get("subscribers", 0)):
            text = ngettext("%(n)s new subscriber", "%(n)s new subscribers", n) % {"n": shown(n)}
            yield Item(place.series.title, f"{text}.", _screen("series", place.series.pk))


def _line(totals: Numbers, new: Numbers) -> str:
    """Return "87 answers (14 with a sentence) and 6 comments. So far 61 of 1,204 mails led to an answer (5%)." or ""."""
    line = news_line(new)
    if not line:
        return ""
    mails = from_mails(totals) if new.get("answers") else ""
    return f"{line}. {_('So far %(mails)s.') % {'mails': mails}}" if mails else f"{line}."


def _decision(decision: Decision) -> Item:
    """Return the line of a decision; its link leads to a screen with the button, and decides nothing itself."""
    return Item("", decision.text, absolute(decision.address), decision.action)


def _subject(new: Numbers, waiting: Sequence[Decision]) -> str:
    """Return "87 answers and 6 comments", the two that matter most, or what there is to decide."""
    told = {"answers": new.get("answers", 0), "comments": new.get("comments", 0)}
    others = {
        "subscribers": new.get("subscribers", 0),
        "shares": new.get("shares", 0),
        "arrivals": new.get("arrivals", 0),
    }
    if line := news_line(told) or news_line(others):
        return line[0].upper() + line[1:]
    n = len(waiting)
    return ngettext("%(n)d thing waits for you", "%(n)d things wait for you", n) % {"n": n}


def _intro(mailed_on: date | None, items: Sequence[Item]) -> str:
    if mailed_on is None:
        return _("This is your first morning mail, so it counts from the beginning.")
    when = date_format(mailed_on, "l, j F")
    if not items:
        return _("Nothing came in since %(day)s, but something waits for you.") % {"day": when}
    return _("Since the mail of %(day)s:") % {"day": when}


def _screen(name: str, page_id: int) -> str:
    return absolute(reverse(f"onward_blog_desk:{name}", args=[page_id]))
