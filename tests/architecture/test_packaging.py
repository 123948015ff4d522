"""What is installed, what is shipped, and what must never leave this tree."""

import re
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.architecture.tree import APPS, ROOT, shown, tracked_files


def locked(lock: str) -> dict[str, str]:
    text = (ROOT / lock).read_text()
    return {
        name.lower(): number for name, number in re.findall(r"^([\w.-]+)(?:\[[^]]*\])?==([\w.]+)", text, re.M)
    }


def as_numbers(number: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", number))


@pytest.mark.parametrize(("package", "floor"), [("wagtail", (8, 0)), ("django", (5, 2)), ("celery", (5, 7))])
def test_what_runs_is_what_the_lock_says_and_new_enough(package: str, floor: tuple[int, ...]) -> None:
    assert version(package) == locked("requirements.lock")[package]
    assert as_numbers(version(package)) >= floor


def test_both_locks_agree() -> None:
    site, development = locked("requirements.lock"), locked("requirements-dev.lock")

    assert {
        name: (number, development.get(name))
        for name, number in site.items()
        if development.get(name) != number
    } == {}


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_locks_carry_hashes_and_no_registry(lock: str) -> None:
    text = (ROOT / lock).read_text()

    assert "://" not in text
    entries = re.findall(r"^[\w.-]+(?:\[[^]]*\])?==.*?(?=^\S|\Z)", text, re.M | re.S)
    assert len(entries) > 50
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_wheel_contains_exactly_the_three_apps(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)

    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == set(APPS)
    for app in APPS:
        assert f"{app}/py.typed" in names
        assert any(name.startswith(f"{app}/templates/{app}/") for name in names)
        assert f"{app}/migrations/0001_initial.py" in names


def test_git_does_not_ignore_the_site() -> None:
    outcome = subprocess.run(
        ["git", "check-ignore", "-q", "--no-index", "site/manage.py"], cwd=ROOT, check=False
    )

    assert outcome.returncode == 1


def test_nothing_tracked_names_a_machine_or_a_registry() -> None:
    hosts = "|".join(
        ["pypi" + r"\.org", "pythonhosted" + r"\.org", "registry" + r"\.npmjs", "deb" + r"\.debian\.org"]
    )
    folders = "|".join(
        ["/wo" + "rk/", "/ro" + "ot/", "/home/" + r"\w+/", "/Us" + r"ers/\w+/", "/opt/py" + "pi"]
    )
    pattern = re.compile(f"{hosts}|{folders}".encode())
    found = [
        f"{shown(path)}: {match.group().decode()}"
        for path in tracked_files()
        if path.stat().st_size < 2_000_000 and (match := pattern.search(path.read_bytes()))
    ]
    assert found == []


@pytest.mark.parametrize("app", APPS)
@pytest.mark.parametrize("kind", ["templates", "static"])
def test_templates_and_static_files_live_under_the_label(app: str, kind: str) -> None:
    folders = [folder for folder in APPS[app].rglob(kind) if folder.is_dir()]

    strangers = [
        shown(path) for folder in folders for path in folder.iterdir() if path.name.split(".")[0] != app
    ]
    allowed = {f"blog/onward_blog/templates/{name}" for name in ("wagtailadmin",)}
    assert set(strangers) - allowed == set()
