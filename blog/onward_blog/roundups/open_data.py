"""A roundup as a table for a spreadsheet: one row for each question and option, every row readable on its own."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from onward_blog.links import absolute
from onward_blog.spreadsheets import safe_cell

from .citing import licence
from .components import permalink
from .reading import FrozenQuestion, Reading


#: The columns, in their order. Times are ISO 8601 in UTC.
COLUMNS = (
    "part",
    "article",
    "article_url",
    "roundup_url",
    "question_id",
    "question",
    "wording_version",
    "kind",
    # "options": how often each was given. "before": likewise when the question was asked before. "themes": what
    # readers wrote about. "roles": answers (option) by role (row). "moves": answers now (option) by answer before (row).
    # "words": how many wrote. "comments", "shares" and "arrivals" by channel, and the sources that a project adds.
    "table",
    "row",
    "option_id",
    "option",
    "count",
    # Of how many readers. In "roles" and "moves" those in the table; cells under five are put together with others.
    "n",
    "from_page",
    "from_mail",
    "from_embed",
    "set_aside",
    "reach",
    "first_answer",
    "last_answer",
    "counted_since",
    "cut_off",
    "licence",
    "sha256",
)


def csv_of(roundup: Any) -> str:
    """Return the table as CSV with a header line (RFC 4180). No cell is run as a formula. No reader's words are in it."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, restval="")
    writer.writeheader()
    for row in rows_of(roundup):
        writer.writerow({name: safe_cell(value) for name, value in row.items() if value is not None})
    return out.getvalue()


def rows_of(roundup: Any) -> Iterator[dict[str, Any]]:
    """Yield one dict for each row, by the names in COLUMNS."""
    reading, stated = Reading(roundup.data), licence()
    shared = {
        "part": reading.part,
        "article": reading.page_title,
        "article_url": absolute(reading.page_path),
        "roundup_url": absolute(permalink(roundup)),
        "counted_since": reading.data["window"]["since"],
        "cut_off": reading.data["window"]["until"],
        "licence": " ".join(filter(None, stated.values())),
        "sha256": roundup.inputs_hash,
    }
    for question in reading.questions:
        head = {**shared, **_head(question)}
        for row in _tables(question):
            yield {**head, **row}
    for source in reading.sources.values():
        for row in _of_source(source):
            yield {**shared, **row}


def _of_source(source: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the lines of what is no poll: comments, shares by channel, and what a project counts."""
    if source["source"] == "polls" or not source["total"]:
        return
    about = {"table": source["source"], "first_answer": source["first_at"], "last_answer": source["last_at"]}
    for group in source["groups"]:
        told = {
            **about,
            "question": group["title"] or source["label"],
            "kind": group["kind"],
            "n": group["total"],
        }
        for line in group["lines"]:
            yield {**told, "option_id": line["key"], "option": line["text"], "count": line["count"]}
            if "arrivals" in line["facts"]:
                arrived = {"table": "arrivals", "option_id": line["key"], "option": line["text"]}
                yield {
                    **told,
                    **arrived,
                    "count": line["facts"]["arrivals"],
                    "n": source["facts"]["arrivals"],
                }
        if not group["lines"]:
            yield {**told, "count": group["total"]}


def _head(question: FrozenQuestion) -> dict[str, Any]:
    facts = question.facts
    return {
        "question_id": question.key,
        "question": question.wording,
        "wording_version": question.wording_version,
        "kind": question.kind,
        "n": question.n,
        **_doors(question.doors),
        "set_aside": question.excluded,
        "reach": question.reach,
        "first_answer": facts["first_at"],
        "last_answer": facts["last_at"],
    }


def _doors(doors: Mapping[str, int]) -> dict[str, int]:
    return {
        f"from_{name}": doors.get(door, 0)
        for name, door in (("page", "web"), ("mail", "mail"), ("embed", "embed"))
    }


def _tables(question: FrozenQuestion) -> Iterator[dict[str, Any]]:
    for line in question.lines:
        yield {"table": "options", "option_id": line.key, "option": line.text, "count": line.count}
    if not question.lines:
        yield {"table": "words", "count": question.words}
    yield from _before(question)
    for name, n in question.ranked_themes:
        yield {"table": "themes", "option": name, "count": n, "n": question.words}
    if question.other_themes:
        yield {"table": "themes", "row": "others", "count": question.other_themes, "n": question.words}
    yield from _roles(question.facts.get("roles"))
    yield from _moves(question.facts.get("moves"))


def _before(question: FrozenQuestion) -> Iterator[dict[str, Any]]:
    then = question.then
    if then is None:
        return
    told = {
        "table": "before",
        "question": then["question"],
        "question_id": f"poll:{then['poll']}",
        "wording_version": None,
        "n": then["n"],
        "set_aside": None,
        "reach": None,
        **_doors(then["doors"]),
        "first_answer": then["first_at"],
        "last_answer": then["last_at"],
    }
    for line in question.lines:
        if line.then is not None:
            yield {**told, "option_id": line.key, "option": line.text, "count": line.then}


def _roles(roles: Mapping[str, Any] | None) -> Iterator[dict[str, Any]]:
    if roles:
        n = sum(roles["totals"])
        for answer, readers in roles["rows"]:
            for role, count in zip(roles["roles"], readers, strict=True):
                yield {"table": "roles", "row": role, "option": answer, "count": count, "n": n, **_NO_DOORS}


def _moves(moves: Mapping[str, Any] | None) -> Iterator[dict[str, Any]]:
    if moves:
        for before, now, count, _stayed in moves["rows"]:
            yield {
                "table": "moves",
                "row": before,
                "option": now,
                "count": count,
                "n": moves["n"],
                **_NO_DOORS,
            }


#: Doors and dates are those of all who answered, not of those in the table.
_NO_DOORS: dict[str, Any] = dict.fromkeys(
    ("from_page", "from_mail", "from_embed", "set_aside", "reach", "first_answer", "last_answer")
)
