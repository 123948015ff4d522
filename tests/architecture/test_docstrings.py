"""What others call is explained where it is defined."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import APPS, PACKAGES, parsed, shown, source_files


def public_names(path: Path) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    for node in parsed(path).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node


def undocumented(paths: list[Path]) -> list[str]:
    return [
        f"{shown(path)}:{node.lineno} {node.name}"
        for path in paths
        for node in public_names(path)
        if not ast.get_docstring(node)
    ]


def modules_called(package: Path, name: str) -> list[Path]:
    return [
        path
        for path in source_files(package)
        if path.stem == name or name in path.relative_to(package).parts[:-1]
    ]


@pytest.mark.parametrize("app", APPS)
def test_every_action_says_what_it_does(app: str) -> None:
    assert undocumented(modules_called(APPS[app], "actions")) == []


@pytest.mark.parametrize("app", APPS)
def test_every_template_tag_says_what_it_renders(app: str) -> None:
    assert undocumented(modules_called(APPS[app], "templatetags")) == []


@pytest.mark.parametrize("app", APPS)
def test_every_model_says_what_a_row_means(app: str) -> None:
    missing = [
        f"{shown(path)}:{node.lineno} {node.name}"
        for path in modules_called(APPS[app], "models")
        for node in public_names(path)
        if isinstance(node, ast.ClassDef)
        and not node.name.endswith("QuerySet")
        and any(isinstance(child, ast.FunctionDef | ast.Assign | ast.AnnAssign) for child in node.body)
        and not ast.get_docstring(node)
    ]
    enums = ("SendingState",)
    assert [line for line in missing if not line.endswith(enums)] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_every_command_says_what_it_does(package: str) -> None:
    missing = []
    for path in PACKAGES[package].glob("**/management/commands/*.py"):
        for node in public_names(path):
            if node.name == "Command" and not ast.get_docstring(node):
                missing.append(shown(path))
    assert missing == []


@pytest.mark.parametrize("app", APPS)
def test_every_signal_says_when_it_is_sent(app: str) -> None:
    path = APPS[app] / "signals.py"
    if not path.exists():
        return
    lines = path.read_text().splitlines()
    for node in parsed(path).body:
        is_signal = isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        if is_signal and "Signal" in ast.unparse(node.value.func):
            above, below = lines[node.lineno - 2], lines[node.end_lineno : node.end_lineno + 1]
            documented = above.startswith("#:") or (below and below[0].startswith('"""'))
            assert documented, f"{shown(path)}:{node.lineno} has neither a #: comment nor a docstring"
