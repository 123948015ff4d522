"""Bringing the roundups in a draft up to date: what changed since, shown first, and then a new revision.

A line that still reads as the site wrote it is written anew. What the author wrote or changed stays as it is, letter by
letter; so does the roundup that a number in the author's own words comes from. Quotes the author removed do not come
back, those that readers took back are dropped, and new ones are put after those that stand.
"""

import copy
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from onward_blog.models import Roundup, RoundupQuote
from onward_blog.responses.base import Quote

from .actions import compile_roundup, used_in
from .blocks import RoundupBlock, WeAskedBlock
from .components import ROLES
from .document import Compiled, compile_document
from .draft import lines_for, proposed_refs
from .errors import NothingToRefresh
from .generated import fingerprints, is_untouched
from .holding import check_may_change, hold_draft
from .reading import Reading
from .stored import quote_id, quote_ids, walk_stored


#: In the page's history.
REFRESHED = "onward_blog.roundup_refreshed"
#: The lines of "we asked, you said" that say one number together: whoever changes one owns them both.
NUMBER = ("figure", "said")

Ref = tuple[str, str]


@dataclass(frozen=True)
class Counted:
    """How often something was answered, in the roundup of the draft and now."""

    what: str
    before: int
    now: int

    @property
    def more(self) -> int:
        return self.now - self.before


@dataclass(frozen=True)
class TakenBack:
    """A quote of the draft that is gone; its words are too, so it is named by where it stood, from 1."""

    quote: RoundupQuote
    place: int

    @property
    def place_name(self) -> str:
        return _("Quote %(place)d, under “%(role)s”") % {
            "place": self.place,
            "role": ROLES.get(self._role, ROLES["words"]),
        }

    @property
    def _role(self) -> str:
        refs = self.quote.roundup.data["quotes"]
        mine = (self.quote.source, self.quote.source_key)
        return next((str(ref["role"]) for ref in refs if (ref["source"], ref["key"]) == mine), "words")


@dataclass(frozen=True)
class Refresh:
    """What refreshing would do with what readers said about one article."""

    article: Any
    #: The newest roundup of that article in the draft.
    old: Roundup
    #: The end of the window counted now: given back to ``refresh_draft``, it puts in what was shown.
    until: datetime
    questions: list[Counted]
    comments: Counted
    #: Quotes that would be added, with their words.
    added: list[Quote]
    #: Quotes that stand in the draft, and whose readers took them back.
    taken_back: list[TakenBack]
    #: Whether the new roundup is another one than the draft's.
    is_new: bool
    #: Blocks whose number the author wrote, which keep the roundup that it comes from.
    kept: list[str] = field(default_factory=list)

    @property
    def changes_anything(self) -> bool:
        return self.is_new or bool(self.taken_back)

    @property
    def counted(self) -> list[Counted]:
        """What moved, question by question and the comments last; what stands as before is not among it."""
        return [each for each in (*self.questions, self.comments) if each.more]


def plan_refresh(draft: Any) -> list[Refresh]:
    """Return what refreshing a draft would do, one for each article whose roundup it holds. Nothing is stored."""
    return [_plan(draft, old) for old in _newest_roundups(draft)]


def refresh_draft(draft: Any, *, user: Any, until: Mapping[int, datetime] | None = None) -> Any:
    """Put new roundups into a draft that was never published, as a new revision, and return the draft.

    ``until`` says for each article's id where its window ends, as ``plan_refresh`` showed it; left out, right after
    the last answer. Whatever was typed in an editor meanwhile is in the latest revision, and that is what is changed.

    Raises NextPartError when the user may not edit, when the draft is locked or published, and NothingToRefresh when
    nothing has changed.
    """
    fresh = {
        roundup.page_id: compile_roundup(roundup.page, until=_end(roundup, until))
        for roundup in _newest_roundups(draft)
    }
    with transaction.atomic():
        latest = hold_draft(draft)
        check_may_change(latest, user)
        stream = latest.body.stream_block
        stored = stream.get_prep_value(latest.body)
        changed = copy.deepcopy(stored)
        for block, value in walk_stored(stream, changed):
            _refresh_block(block, value, fresh)
        if changed == stored:
            raise NothingToRefresh(latest)
        latest.body = stream.to_python(changed)
        latest.save_revision(user=user, log_action=REFRESHED, clean=False)
    return latest


def _end(old: Roundup, until: Mapping[int, datetime] | None) -> datetime | None:
    """Return the end that was shown, unless it lies before what the draft holds already."""
    shown = (until or {}).get(old.page_id or 0)
    return shown if shown and shown >= old.until else None


def _newest_roundups(draft: Any) -> list[Roundup]:
    """Return the newest roundup of each article in a draft, whose article is still there."""
    newest: dict[int, Roundup] = {}
    for roundup in sorted(used_in(draft), key=lambda roundup: (roundup.until, roundup.pk)):
        article: Any = roundup.page
        if article is not None and article.pk != draft.pk:
            roundup.page = article.specific
            newest[article.pk] = roundup
    return list(newest.values())


def _plan(draft: Any, old: Roundup) -> Refresh:
    compiled = compile_document(old.page, None, None)
    before, now = Reading(old.data), Reading(compiled.data)
    return Refresh(
        article=old.page,
        old=old,
        until=compiled.until,
        questions=_questions(before, now),
        comments=Counted("", before.total("comments"), now.total("comments")),
        added=_added(compiled, before, now),
        taken_back=[gone for gone in _taken_back(draft) if gone.quote.roundup.page_id == old.page_id],
        is_new=compiled.sha256 != old.inputs_hash,
        kept=_kept(draft, old),
    )


def _questions(before: Reading, now: Reading) -> list[Counted]:
    then = {question.key: question.n for question in before.questions}
    return [Counted(question.wording, then.get(question.key, 0), question.n) for question in now.questions]


def _added(compiled: Compiled, before: Reading, now: Reading) -> list[Quote]:
    quotes = {(quote.source, quote.key): quote for quote in compiled.quotes}
    return [quotes[ref] for ref in _new_refs(before, now, set(quotes))]


def _new_refs(before: Reading, now: Reading, standing: Collection[Ref]) -> list[Ref]:
    """Return the quotes to add: proposed of those that could not be quoted when the draft's roundup was made."""
    known = set(before.quote_refs())
    return proposed_refs(now, only={ref for ref in standing if ref not in known})


def _taken_back(draft: Any) -> list[TakenBack]:
    stream = draft.body.stream_block
    places = [
        (place, pk)
        for block, value in walk_stored(stream, stream.get_prep_value(draft.body))
        if isinstance(block, RoundupBlock) and isinstance(value, dict)
        for place, pk in enumerate(quote_ids(value), 1)
    ]
    gone = RoundupQuote.objects.filter(withdrawn_at__isnull=False).select_related("roundup")
    found = gone.in_bulk({pk for _place, pk in places})
    return [TakenBack(found[pk], place) for place, pk in places if pk in found]


def _kept(draft: Any, old: Roundup) -> list[str]:
    """Return what the author wrote under "you said" about this article, which stays."""
    of_article = {roundup.pk for roundup in used_in(draft) if roundup.page_id == old.page_id}
    stream = draft.body.stream_block
    return [
        " ".join(filter(None, [value.get("figure"), value.get("said")]))
        for block, value in walk_stored(stream, stream.get_prep_value(draft.body))
        if isinstance(block, WeAskedBlock) and isinstance(value, dict)
        if value.get("roundup") in of_article and not _number_is_untouched(value)
    ]


def _number_is_untouched(value: Mapping[str, Any]) -> bool:
    return all(is_untouched(value, name) for name in NUMBER)


def _refresh_block(block: Any, value: Any, fresh: Mapping[int | None, Roundup]) -> None:
    if not isinstance(block, RoundupBlock | WeAskedBlock) or not isinstance(value, dict):
        return
    old = Roundup.objects.filter(pk=value.get("roundup") or 0).first()
    new = fresh.get(old.page_id) if old else None
    if old is None or new is None:
        return
    if isinstance(block, WeAskedBlock):
        _refresh_head(value, new)
    else:
        _refresh_roundup(value, old, new)


def _refresh_head(value: dict[str, Any], new: Roundup) -> None:
    """Write anew what the author left alone; a number in the author's own words keeps its roundup with it."""
    if not _number_is_untouched(value) or value["roundup"] == new.pk:
        return
    lines = {name: text for name, text in lines_for(new).items() if is_untouched(value, name)}
    is_same = all(value[name] == text for name, text in lines.items())
    value.update(lines, roundup=new.pk, generated={**value["generated"], **fingerprints(lines)})
    if not is_same:
        value["accepted"] = False


def _refresh_roundup(value: dict[str, Any], old: Roundup, new: Roundup) -> None:
    items = value.get("quotes") or []
    standing = RoundupQuote.objects.in_bulk(quote_ids(value))
    rows = {(q.source, q.source_key): q.pk for q in new.quotes.filter(withdrawn_at=None)}
    kept = [moved for item in items if (moved := _moved(item, standing, rows, old))]
    refs = {(quote.source, quote.source_key) for quote in standing.values()}
    added = [ref for ref in _new_refs(Reading(old.data), Reading(new.data), set(rows)) if ref not in refs]
    quotes = kept + [{"type": "item", "value": rows[ref], "id": str(uuid4())} for ref in added]
    if new.pk == old.pk and quotes == items:
        return
    # The numbers are the site's whoever placed the block, so they want accepting again; quotes gone do not.
    if new.pk != old.pk:
        marks = value.get("generated") or {"roundup": ""}
        value.update(roundup=new.pk, generated=marks, accepted=False)
    value["quotes"] = quotes


def _moved(item: Any, standing: Mapping[int, RoundupQuote], rows: Mapping[Ref, int], old: Roundup) -> Any:
    """Return a quote that stands in the draft as it stands in the new roundup; None when it was taken back."""
    quote = standing.get(quote_id(item))
    if quote is None or quote.withdrawn_at:
        return None
    if quote.roundup_id != old.pk:
        return item
    pk = rows.get((quote.source, quote.source_key), quote.pk)
    return {**item, "value": pk} if isinstance(item, dict) else pk
