"""The answers to a poll as rows for a spreadsheet, read bit by bit however many there are."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Case, Value, When

from onward_polls.models import Ballot, Poll

from .page_names import PageName, describe_pages
from .spreadsheets import safe_cell
from .written import WrittenTime, WrittenUuid


#: The columns, in their order. One row is one vote, or one ballot without votes; ``ballot`` says which rows belong
#: to one reader's answer, and leads to nobody. Times are ISO 8601 in UTC.
COLUMNS = (
    "series",
    "part",
    "page_title",
    "page_url",
    "poll_id",
    "question",
    "wording_version",
    "option_uuid",
    "option_text",
    "ballot",
    "door",
    "role",
    "words",
    "consent",
    "credit",
    "answered_at",
    "changed_at",
    "excluded_reason",
)

#: What a row is made of, in one query over ballots and their votes.
FIELDS = (
    "page_ref",
    "wording_version",
    "votes__option_id",
    "written_uuid",
    "door",
    "role",
    "words",
    "consent",
    "credit",
    "written_cast_at",
    "written_changed_at",
    "written_exclusion",
)

#: What the database writes as it stands in the file.
WRITTEN = {
    "written_uuid": WrittenUuid("uuid"),
    "written_cast_at": WrittenTime("cast_at"),
    "written_changed_at": WrittenTime("changed_at"),
    "written_exclusion": Case(When(excluded_at__isnull=False, then="exclusion"), default=Value("")),
}

#: Rows fetched from the database at a time.
CHUNK = 2000


def answer_rows(poll: Poll) -> Iterator[list[str]]:
    """Yield COLUMNS and then one row for every vote; ballots that were taken back are left out.

    The number of queries does not depend on the number of answers, and neither does the memory. Cells are safe to
    open in a spreadsheet program.
    """
    yield list(COLUMNS)
    ballots = Ballot.objects.standing().filter(poll=poll)
    refs = ballots.order_by().values_list("page_ref", flat=True).distinct()
    heads = _Heads(poll, describe_pages(ref for ref in refs if ref is not None))
    rows = ballots.order_by("cast_at", "pk").annotate(**WRITTEN).values_list(*FIELDS)
    for page, version, option, *ballot in rows.iterator(chunk_size=CHUNK):
        yield heads[page, version, option] + _cells(ballot)


class _Heads(dict[tuple[int | None, int, int | None], list[str]]):
    """The cells that many rows have in common, made once for each page, wording and option."""

    def __init__(self, poll: Poll, pages: dict[int, PageName]) -> None:
        super().__init__()
        self.poll, self.pages, self.wordings = poll, pages, _Wordings(poll)

    def __missing__(self, key: tuple[int | None, int, int | None]) -> list[str]:
        page_ref, version, option = key
        page = self.pages.get(page_ref or 0) or PageName()
        question = self.wordings.question(version)
        cells = [page.series, page.part, page.title, page.url, str(self.poll.pk), question, str(version)]
        self[key] = [safe_cell(cell) for cell in (*cells, *self.wordings.option(option, version))]
        return self[key]


class _Wordings:
    """How the question and the options read when an answer was given."""

    def __init__(self, poll: Poll) -> None:
        self.poll = poll
        self.options = {option.pk: option for option in poll.options.all()}
        self.earlier = {wording.version: wording for wording in poll.wordings.all()}

    def question(self, version: int) -> str:
        wording = self.earlier.get(version)
        return wording.question if wording else self.poll.question

    def option(self, pk: int | None, version: int) -> tuple[str, str]:
        option = self.options.get(pk) if pk is not None else None
        if option is None:
            return "", ""
        wording = self.earlier.get(version)
        uuid = str(option.uuid)
        return uuid, str(wording.options.get(uuid, option.text)) if wording else option.text


def _cells(ballot: Sequence[Any]) -> list[str]:
    """Return the cells that are a ballot's own; those that readers wrote are made safe."""
    uuid, door, role, words, consent, credit, cast_at, changed_at, exclusion = ballot
    role, words, credit = safe_cell(role), safe_cell(words), safe_cell(credit)
    return [uuid, door, role, words, consent, credit, cast_at, changed_at or "", exclusion]
