"""One word per thing: the words to avoid are no identifiers of ours."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import APPS, ROOT, parsed, shown, source_files


#: From docs/explanation/language.md, as parts of identifiers. Words that Django, Wagtail, Celery or a mail standard
#: own (user, choices, queue, results …) are left out: they cannot be avoided where those are met.
AVOIDED = {
    "campaign",
    "survey",
    "quiz",
    "episode",
    "chapter",
    "feedback",
    "engagement",
    "digest",
    "recipient_list",
    "mailing_list",
    "blacklist",
    "blocklist",
    "opt_in",
    "optin",
    "repost",
    "freetext",
}
#: No modules for odds and ends: a shared function goes where its name says.
GRAB_BAGS = {"utils", "util", "common", "misc", "services", "helpers", "managers", "constants"}


def identifiers(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


@pytest.mark.parametrize("app", APPS)
def test_words_to_avoid_are_no_identifiers(app: str) -> None:
    found = [
        f"{shown(path)}:{line} {name}"
        for path in source_files(APPS[app])
        # A bridge to another package speaks that package's words.
        if "contrib" not in path.parts
        for line, name in identifiers(path)
        for word in AVOIDED
        if re.search(rf"(^|_){word}s?(_|$)", snake(name))
    ]
    assert found == []


@pytest.mark.parametrize("app", APPS)
def test_no_module_is_a_grab_bag(app: str) -> None:
    assert [shown(path) for path in source_files(APPS[app]) if path.stem in GRAB_BAGS] == []


def test_the_language_page_lists_the_words_to_avoid() -> None:
    page = (ROOT / "docs" / "explanation" / "language.md").read_text().lower()

    assert {word for word in ("campaign", "survey", "digest", "blacklist") if word not in page} == set()
