"""Freezing what readers said, and keeping track of where it was used."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from onward_blog import mailing, versions
from onward_blog.models import Roundup, RoundupQuote, RoundupUse
from onward_blog.responses.base import Quote
from onward_blog.responses.body import walk_body
from onward_blog.responses.people import initials

from .blocks import RoundupBlock, WeAskedBlock
from .document import compile_document


def compile_roundup(article: Any, *, since: datetime | None = None, until: datetime | None = None) -> Roundup:
    """Freeze what readers said about an article in [since, until) and return the one row that holds it.

    Compiling the same answers again returns the same row, in whatever process and however many at once. The shape
    of ``Roundup.data`` is described in ``onward_blog.roundups.document``. ``until=None`` ends the window right
    after the last answer so far.
    """
    compiled = compile_document(article, since, until)
    with transaction.atomic():
        roundup, made = Roundup.objects.get_or_create(
            page_id=article.pk,
            inputs_hash=compiled.sha256,
            defaults={
                "page_title": article.title,
                "since": since,
                "until": compiled.until,
                "data": compiled.data,
            },
        )
        if made:
            RoundupQuote.objects.bulk_create(_quote_rows(roundup, compiled.quotes))
    return roundup


def record_roundup_use(page: Any) -> list[RoundupUse]:
    """Note which roundups a published page uses, and which quotes it kept; return the uses.

    A use that the page has given up is forgotten, unless readers were told of it. The articles whose roundups are
    used now, or no longer, get a new version, since they say where they were taken up, and which comments are quoted.
    Safe to run again.
    """
    used = used_in(page)
    with transaction.atomic():
        before = _kept(page)
        if not used and not before:
            return []
        uses = [_record(page, roundup, quotes) for roundup, quotes in used.items()]
        gone = RoundupUse.objects.filter(page=page.pk).exclude(roundup__in=list(used))
        gone.filter(told_at=None).delete()
        gone.update(published_at=None)
        after = _kept(page)
        changed = {pk for pk in {*before, *after} if before.get(pk) != after.get(pk)}
        articles = Roundup.objects.filter(pk__in=changed, page__isnull=False).values_list(
            "page_id", flat=True
        )
        bump_pages(articles)
    return uses


def _kept(page: Any) -> dict[int, set[int]]:
    """Return {roundup id: ids of the quotes kept} as noted for a page; one query."""
    rows = RoundupUse.objects.filter(page=page.pk, published_at__isnull=False)
    kept: dict[int, set[int]] = {}
    for roundup, quote in rows.values_list("roundup_id", "quotes"):
        kept.setdefault(roundup, set()).update({quote} - {None})
    return kept


def used_in(page: Any) -> dict[Roundup, set[int]]:
    """Return {roundup: ids of the quotes kept} for the blocks in the body of a page."""
    used: dict[Roundup, set[int]] = {}
    for block, value in walk_body(page):
        if isinstance(block, RoundupBlock | WeAskedBlock) and value and value.get("roundup"):
            used.setdefault(value["roundup"], set())
            for quote in filter(None, value.get("quotes") or []):
                of = value["roundup"] if quote.roundup_id == value["roundup"].pk else quote.roundup
                used.setdefault(of, set()).add(quote.pk)
    return used


def withdraw_quotes(source: str, keys: Sequence[str]) -> int:
    """Empty the quotes of these answers everywhere, at once; return how many there were.

    Wherever one stood, readers see a sentence in its place, and the author's dashboard says so. The numbers stay.
    """
    quotes = RoundupQuote.objects.filter(source=source, source_key__in=keys, withdrawn_at=None)
    with transaction.atomic():
        found = [quote.pk for quote in quotes]
        for words, quoted in {(quote.words, quote.credit) for quote in quotes}:
            _take_out_of_issues(words, quoted)
        RoundupQuote.objects.filter(pk__in=found).update(words="", credit="", withdrawn_at=timezone.now())
        bump_pages(RoundupUse.objects.filter(quotes__in=found).values_list("page_id", flat=True))
    return len(found)


def narrow_credits(source: str, key: str, credit: str) -> int:
    """Let the quotes of one answer carry no more of a name than ``credit``; return how many lost some of it.

    A name becomes initials or nothing, at once and everywhere. More of a name, or another one, is never added to
    what is published: initials stay as they are, and another name leaves none.
    """
    quotes = RoundupQuote.objects.filter(source=source, source_key=key, withdrawn_at=None).exclude(credit="")
    with transaction.atomic():
        left = {quote.pk: _narrowed(quote.credit, credit) for quote in quotes}
        found = [quote.pk for quote in quotes if left[quote.pk] != quote.credit]
        for quote in quotes:
            if quote.pk in found:
                _narrow_in_issues(quote, left[quote.pk])
                RoundupQuote.objects.filter(pk=quote.pk).update(credit=left[quote.pk])
        bump_pages(RoundupUse.objects.filter(quotes__in=found).values_list("page_id", flat=True))
    return len(found)


def _take_out_of_issues(words: str, credit: str) -> None:
    """Let the page of an issue that quotes a sentence show what the article shows: it was taken back."""
    with translation.override(settings.LANGUAGE_CODE):
        gone, nobody = _("A sentence stood here. The reader who wrote it took it back."), _("a reader")
    mailing.replace_quotation(words, credit, new_words=gone, new_credit=nobody)


def _narrow_in_issues(quote: RoundupQuote, credit: str) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        credit = credit or _("a reader")
    mailing.replace_quotation(quote.words, quote.credit, new_words=f"“{quote.words}”", new_credit=credit)


def _narrowed(printed: str, allowed: str) -> str:
    """Return what of a printed name may stay: all of it, its initials, or nothing."""
    if printed in (allowed, initials(allowed)):
        return printed
    return initials(printed) if initials(printed) == initials(allowed) == allowed else ""


def bump_pages(page_ids: Iterable[int]) -> None:
    """Give these pages a new version once the transaction has been committed."""
    for page in sorted(set(page_ids)):
        transaction.on_commit(partial(versions.bump, page))


def _quote_rows(roundup: Roundup, quotes: Iterable[Quote]) -> list[RoundupQuote]:
    return [
        RoundupQuote(
            roundup=roundup,
            source=quote.source,
            source_key=quote.key,
            words=quote.words,
            credit=quote.credit[:100],
        )
        for quote in quotes
    ]


def _record(page: Any, roundup: Roundup, quotes: set[int]) -> RoundupUse:
    use, _made = RoundupUse.objects.get_or_create(roundup=roundup, page_id=page.pk)
    if use.published_at is None:
        use.published_at = timezone.now()
        use.save(update_fields=["published_at"])
    use.quotes.set(RoundupQuote.objects.filter(roundup=roundup, pk__in=quotes, withdrawn_at=None))
    return use
