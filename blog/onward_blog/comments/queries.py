"""Reading comments: in two or three queries, however many there are."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce, Greatest

from onward_blog.models import CommentState


State = CommentState.State

#: Threads (top-level comments with what answers them) on one page.
THREADS_PER_PAGE = 50
#: How deep answers are set in; deeper ones stand below each other.
DEEPEST = 2

_FIELDS = {
    "comment_pk": F("comment_id"),
    "parent_pk": F("comment__parent_id"),
    "thread_pk": F("comment__thread_id"),
    "name": F("comment__user_name"),
    "submitted_at": F("comment__submit_date"),
    "author_name": F("comment__user__onward_author__name"),
}


@dataclass(frozen=True)
class PublicComment:
    """One comment as anybody may read it: no address, nothing that was not shown."""

    pk: int
    #: The comment it answers, or None at the top of a thread.
    parent_pk: int | None
    name: str
    text: str
    submitted_at: datetime
    by_author: bool
    #: When it became public, which may be days later.
    public_at: datetime
    #: Public comments that answer this one directly.
    reply_count: int = 0


@dataclass
class Entry:
    """One place in a thread: a public comment, or the place of a withdrawn one that has public answers."""

    pk: int
    parent_pk: int
    name: str = ""
    html: str = ""
    submitted_at: datetime | None = None
    by_author: bool = False
    depth: int = 0
    #: Whom it answers, where being set in does not show it.
    answers: str = ""
    #: How many lists end after this entry; together with ``opens`` the template nests them without recursion.
    closes: str = ""
    opens: bool = False
    children: list["Entry"] = field(default_factory=list)
    #: Where it is quoted: [(page, id of the element there)].
    quoted_in: Sequence[tuple[Any, str]] = ()

    @property
    def is_public(self) -> bool:
        return self.submitted_at is not None

    @property
    def initials(self) -> str:
        words = [word for word in self.name.split() if word[0].isalnum()] or ["?"]
        return (words[0][0] + (words[-1][0] if len(words) > 1 else words[0][1:2])).upper()


@dataclass(frozen=True)
class ThreadPage:
    """Some of a page's threads, in the order they are read, and how many comments and pages there are in all."""

    entries: Sequence[Entry]
    total: int
    number: int
    page_count: int

    @property
    def earlier(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def later(self) -> int | None:
        return self.number + 1 if self.number < self.page_count else None


def public_comments(
    page: Any, since: datetime | None = None, until: datetime | None = None
) -> Sequence[PublicComment]:
    """Return the page's public comments, oldest first, that became public in [since, until); one query.

    ``reply_count`` counts answers within the same window.
    """
    rows = list(_rows(published_comments(page.pk, since, until), "comment__comment", "public_at"))
    replies = Counter(row["parent_pk"] for row in rows if row["parent_pk"] != row["comment_pk"])
    return [_public(row, replies[row["comment_pk"]]) for row in rows]


def published_comments(
    page_id: int, since: datetime | None, until: datetime | None
) -> "QuerySet[CommentState]":
    """Return the page's public comments with ``public_at``, when they last became public, in [since, until).

    One that waits for its author when a window is closed belongs to a later one; its ``submit_date`` would hide it.
    """
    submitted = F("comment__submit_date")
    public_at = Greatest(submitted, Coalesce("confirmed_at", submitted), Coalesce("decided_at", submitted))
    found = CommentState.objects.public().filter(page_id=page_id).annotate(public_at=public_at)
    if since:
        found = found.filter(public_at__gte=since)
    return found.filter(public_at__lt=until) if until else found


def thread_page(page: Any, number: int = 1) -> ThreadPage:
    """Return the ``number``-th page of a page's threads, oldest thread first; past the end is the last page."""
    public = CommentState.objects.public().filter(page_id=page.pk)
    thread_pks = list(public.order_by("comment__thread_id").values_list("comment__thread_id", flat=True))
    threads = list(dict.fromkeys(thread_pks))
    page_count = max(1, -(-len(threads) // THREADS_PER_PAGE))
    number = min(max(number, 1), page_count)
    shown = threads[(number - 1) * THREADS_PER_PAGE : number * THREADS_PER_PAGE]
    return ThreadPage(_entries(page, shown) if shown else [], len(thread_pks), number, page_count)


def number_of_page_with(page: Any, thread_pk: int) -> int:
    """Return on which page of the threads this one stands."""
    before = CommentState.objects.public().filter(page_id=page.pk, comment__thread_id__lt=thread_pk)
    return before.values("comment__thread_id").distinct().count() // THREADS_PER_PAGE + 1


def public_comment(page: Any, number: int | None) -> CommentState | None:
    """Return a page's public comment by its number, or None."""
    if number is None:
        return None
    found = CommentState.objects.public().filter(page_id=page.pk, comment_id=number)
    return found.select_related("comment").first()


def own_comments(page: Any, *, writer_key: str) -> Sequence[CommentState]:
    """Return what this browser wrote on the page and others cannot see yet, oldest first; one query."""
    if not writer_key:
        return []
    found = CommentState.objects.filter(
        page_id=page.pk, writer_key=writer_key, state__in=[State.UNCONFIRMED, State.HELD]
    )
    return list(found.select_related("comment").order_by("pk"))


def _public(row: dict[str, Any], reply_count: int) -> PublicComment:
    return PublicComment(
        pk=row["comment_pk"],
        parent_pk=row["parent_pk"] if row["parent_pk"] != row["comment_pk"] else None,
        name=row["author_name"] or row["name"],
        text=row["comment__comment"],
        submitted_at=row["submitted_at"],
        by_author=row["author_name"] is not None,
        public_at=row["public_at"],
        reply_count=reply_count,
    )


def _entries(page: Any, thread_pks: Sequence[int]) -> list[Entry]:
    found = CommentState.objects.filter(page_id=page.pk, comment__thread_id__in=thread_pks)
    return _nest(_ordered(_rooted(_entry(row) for row in _rows(found, "state", "html"))))


def _rows(found: "QuerySet[CommentState]", *names: str) -> Iterable[dict[str, Any]]:
    """Return what is shown of each comment, oldest first; plain values, because a thread may be long."""
    rows: Iterable[Any] = found.order_by("comment_id").values(*names, **_FIELDS)
    return rows


def _entry(row: dict[str, Any]) -> Entry:
    if row["state"] != State.PUBLIC:
        return Entry(row["comment_pk"], row["parent_pk"])
    return Entry(
        row["comment_pk"],
        row["parent_pk"],
        name=row["author_name"] or row["name"],
        html=row["html"],
        submitted_at=row["submitted_at"],
        by_author=row["author_name"] is not None,
    )


def _rooted(entries: Iterable[Entry]) -> list[Entry]:
    """Hang every entry below the one it answers and return the tops of threads."""
    by_pk = {entry.pk: entry for entry in entries}
    roots = []
    for entry in by_pk.values():
        parent = by_pk.get(entry.parent_pk)
        if parent is None or parent is entry:
            roots.append(entry)
        else:
            parent.children.append(entry)
    return roots


def _ordered(roots: Iterable[Entry]) -> list[Entry]:
    """Return entries in reading order with their depth; what is hidden and has no public answers is left out."""
    ordered: list[Entry] = []
    for root in roots:
        # A stack and not recursion: replies to replies may go on for thousands of levels.
        stack: list[tuple[Entry, int, Entry | None]] = [(root, 0, None)]
        walked: list[Entry] = []
        while stack:
            entry, depth, parent = stack.pop()
            entry.depth = min(depth, DEEPEST)
            entry.answers = parent.name if parent and depth > DEEPEST else ""
            walked.append(entry)
            stack.extend((child, depth + 1, entry) for child in reversed(entry.children))
        ordered.extend(_without_empty_places(walked))
    return ordered


def _without_empty_places(walked: Sequence[Entry]) -> Iterator[Entry]:
    needed: set[int] = set()
    for entry in reversed(walked):
        if entry.is_public or entry.pk in needed:
            needed.update((entry.pk, entry.parent_pk))
    return (entry for entry in walked if entry.pk in needed)


def _nest(entries: list[Entry]) -> list[Entry]:
    """Say after which entries lists open and close, so that a flat loop writes nested lists."""
    for entry, following in zip(entries, [*entries[1:], None], strict=True):
        depth = following.depth if following else 0
        entry.opens = depth > entry.depth
        entry.closes = "x" * (entry.depth - depth)
    return entries
