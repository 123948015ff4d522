"""The blog's rules: comments and their pages, quotes and their consent, the tree of pages."""

from typing import Any

import swapper
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from onward_blog.models import CommentState, ResponseWindow, Roundup, RoundupQuote
from onward_blog.responses.canonical import sha256_of
from onward_polls.models import Ballot

from .findings import Finding, facts_found, rows_found


def comments_without_page() -> list[Finding]:
    """A comment stands below a page, and our record of it names the same one."""
    page = swapper.load_model("wagtailcore", "Page")
    there = page.objects.annotate(key=Cast("pk", CharField())).filter(key=OuterRef("object_pk"))
    comments = _comments()
    elsewhere = CommentState.objects.annotate(key=Cast("page", CharField())).exclude(
        key=F("comment__object_pk")
    )
    return rows_found(
        "comments", "Comments stand below a page that is gone.", comments.filter(~Exists(there))
    ) + (rows_found("comments", "Comments stand below another page than our record of them says.", elsewhere))


def comments_without_state() -> list[Finding]:
    """Every comment has a state; without one nobody can moderate it."""
    states = CommentState.objects.filter(comment=OuterRef("pk"))
    return rows_found("comment_states", "Comments have no state.", _comments().filter(~Exists(states)))


def comments_shown_wrongly() -> list[Finding]:
    """The library's own flag agrees with our state, so that nothing held is ever shown."""
    shown = Q(comment__is_public=True, comment__is_removed=False)
    held = CommentState.objects.filter(shown).exclude(state=CommentState.State.PUBLIC)
    hidden = CommentState.objects.filter(~shown, state=CommentState.State.PUBLIC)
    return rows_found(
        "comments_shown",
        "Comments that are not public are flagged as if they were.",
        held,
        lambda: (
            _comments().filter(pk__in=list(held.values_list("comment", flat=True))).update(is_public=False)
        ),
    ) + rows_found("comments_shown", "Public comments are flagged as hidden.", hidden)


def quotes_without_consent() -> list[Finding]:
    """Words are quoted only as long as the reader allows it."""
    allowed = Ballot.objects.quotable().annotate(key=Cast("uuid", CharField()))
    quotes = RoundupQuote.objects.filter(source="polls").exclude(words="")
    refused = [quote.pk for quote in quotes if not _allows(allowed, quote.source_key)]
    found = RoundupQuote.objects.filter(pk__in=refused)
    return rows_found(
        "quotes",
        "Roundups quote readers who did not allow it, or no longer do.",
        found,
        lambda: found.update(words="", credit=""),
    )


def changed_roundups() -> list[Finding]:
    """A roundup's document is what its hash says: published numbers are frozen."""
    return facts_found(
        "roundups",
        "The numbers of a roundup changed after it was made.",
        (
            f"Roundup {roundup.pk}"
            for roundup in Roundup.objects.iterator()
            if sha256_of(roundup.data) != roundup.inputs_hash
        ),
    )


def changed_windows() -> list[Finding]:
    """The numbers of a day are what their hash says: they are written once."""
    return facts_found(
        "windows",
        "The numbers of a day changed after they were written down.",
        (
            f"Page {window.page_id} on {window.since:%Y-%m-%d}"
            for window in ResponseWindow.objects.iterator()
            if sha256_of(window.numbers) != window.sha256
        ),
    )


def broken_tree() -> list[Finding]:
    """The tree of pages hangs together."""
    page = swapper.load_model("wagtailcore", "Page")
    names = ("bad characters", "bad path", "orphan", "wrong depth", "wrong number of children")
    problems = zip(names, page.find_problems(), strict=True)
    return facts_found(
        "tree",
        "The tree of pages is broken.",
        (f"Page {pk}: {name}" for name, pks in problems for pk in pks),
        page.fix_tree,
    )


def _comments() -> QuerySet[Any]:
    return CommentState._meta.get_field("comment").related_model._default_manager.all()


def _allows(allowed: QuerySet[Ballot], key: str) -> bool:
    try:
        return allowed.filter(uuid=key).exists()
    except ValueError:
        return False
