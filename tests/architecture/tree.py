"""The source tree as the tests of this folder see it."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path


ROOT = Path(__file__).resolve().parents[2]
APPS = {
    "onward_blog": ROOT / "blog" / "onward_blog",
    "onward_polls": ROOT / "polls" / "onward_polls",
    "onward_newsletter": ROOT / "newsletter" / "onward_newsletter",
}
PACKAGES = {**APPS, "onward_site": ROOT / "site" / "onward_site"}


def source_files(package: Path) -> list[Path]:
    """Return the package's modules, without migrations."""
    return sorted(path for path in package.rglob("*.py") if "migrations" not in path.parts)


def all_source_files() -> list[Path]:
    return [path for package in PACKAGES.values() for path in source_files(package)]


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def tracked_files() -> list[Path]:
    """Return what git keeps, as far as it is there; everything in the tree where there is no git."""
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]
