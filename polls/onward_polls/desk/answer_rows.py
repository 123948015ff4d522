"""The answers to a poll as rows for a spreadsheet, read bit by bit however many there are."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from onward_polls.models import Ballot, Poll

from .page_names import PageName, describe_pages
from .spreadsheets import safe_cell


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
    "uuid",
    "page_ref",
    "wording_version",
    "votes__option_id",
    "door",
    "role",
    "words",
    "consent",
    "credit",
    "cast_at",
    "changed_at",
    "excluded_at",
    "exclusion",
)

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
    pages = describe_pages(ref for ref in refs if ref is not None)
    wordings = _Wordings(poll)
    rows = ballots.order_by("cast_at", "pk").values_list(*FIELDS)
    for values in rows.iterator(chunk_size=CHUNK):
        yield [
            safe_cell(cell) for cell in _row(poll, dict(zip(FIELDS, values, strict=True)), pages, wordings)
        ]


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


def _row(
    poll: Poll, ballot: dict[str, Any], pages: dict[int, PageName], wordings: _Wordings
) -> Iterable[str]:
    page = pages.get(ballot["page_ref"]) or PageName()
    version = ballot["wording_version"]
    option_uuid, option_text = wordings.option(ballot["votes__option_id"], version)
    return (
        page.series,
        page.part,
        page.title,
        page.url,
        str(poll.pk),
        wordings.question(version),
        str(version),
        option_uuid,
        option_text,
        str(ballot["uuid"]),
        ballot["door"],
        ballot["role"],
        ballot["words"],
        ballot["consent"],
        ballot["credit"],
        _utc(ballot["cast_at"]),
        _utc(ballot["changed_at"]),
        ballot["exclusion"] if ballot["excluded_at"] else "",
    )


def _utc(moment: datetime | None) -> str:
    """Return a moment as "2026-05-03T08:15:00Z"."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if moment else ""
