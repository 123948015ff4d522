"""What the documentation names exists: links, files, commands, make targets, pictures, settings."""

import re
import subprocess
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.urls import resolve

from tests.architecture.tree import APPS, ROOT, parsed, shown


PAGES = sorted({*ROOT.glob("*.md"), *ROOT.glob("*/README.md"), *(ROOT / "docs").rglob("*.md")})
#: Commands of Django, Wagtail and Celery that our pages name.
THEIRS = {
    "createsuperuser",
    "check",
    "migrate",
    "shell",
    "collectstatic",
    "runserver",
    "makemigrations",
    "update_index",
}


@pytest.mark.parametrize("document", PAGES, ids=shown)
def test_links_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|mailto:)([^)#\s]+)(?:#[^)]*)?\)", document.read_text())

    assert [target for target in targets if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("document", PAGES, ids=shown)
def test_make_targets_it_names_exist(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    pieces = re.findall(r"`+([^`]+)`+", document.read_text())

    assert {
        target for piece in pieces for target in re.findall(r"\bmake ([a-z][a-z-]*)", piece)
    } - targets == set()


@pytest.mark.parametrize("document", PAGES, ids=shown)
def test_commands_it_names_exist(document: Path) -> None:
    named = set(re.findall(r"manage\.py ([a-z_]+)", document.read_text()))

    assert named - set(get_commands()) - THEIRS == set()


@pytest.mark.parametrize("document", PAGES, ids=shown)
def test_modules_and_files_it_names_exist(document: Path) -> None:
    paths = re.findall(r"`((?:blog|polls|newsletter|site|tests|docs)/[\w./-]*\w/?)`", document.read_text())

    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_command_is_in_the_reference() -> None:
    ours = {name for name, app in get_commands().items() if str(app).startswith("onward_")}
    reference = (ROOT / "docs" / "reference" / "commands.md").read_text()

    assert {name for name in ours if f"`{name}" not in reference and f"· `{name}" not in reference} == set()


def test_every_make_target_is_in_the_reference() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.M)) - {"help"}
    reference = (ROOT / "docs" / "reference" / "commands.md").read_text()

    assert {target for target in targets if f"make {target}" not in reference} == set()


def test_every_variable_of_the_sample_environment_is_read() -> None:
    settings = "".join(path.read_text() for path in (ROOT / "site/onward_site/settings").glob("*.py"))
    names = re.findall(r"^#?\s?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M)

    assert [name for name in names if f'"{name}"' not in settings and name != "DJANGO_SETTINGS_MODULE"] == []


def test_every_variable_that_is_read_is_in_the_sample_environment() -> None:
    settings = "".join(path.read_text() for path in (ROOT / "site/onward_site/settings").glob("*.py"))
    sample = (ROOT / ".env.example").read_text()

    names = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', settings))
    assert {name for name in names if f"{name}=" not in sample} == set()


@pytest.mark.parametrize("app", APPS)
def test_each_app_has_a_readme_with_the_same_five_headings(app: str) -> None:
    text = (APPS[app].parent / "README.md").read_text()

    headings = [heading.lower() for heading in re.findall(r"^## (.+)$", text, re.M)]
    expected = ["what it does", "models", "public api", "install alone", "what it does not know"]
    assert [heading for heading in headings if heading in expected] == expected


@pytest.mark.parametrize("app", APPS)
def test_every_signal_is_in_the_readme(app: str) -> None:
    path = APPS[app] / "signals.py"
    names = re.findall(r"^(\w+) = (?:\w+\.)?Signal\(", path.read_text(), re.M) if path.exists() else []
    readme = (APPS[app].parent / "README.md").read_text()

    assert [name for name in names if name not in readme] == []


def test_addresses_in_the_reference_are_served() -> None:
    page = (ROOT / "docs" / "reference" / "addresses.md").read_text()
    fixed = [address for address in re.findall(r"`(/[a-z./]+/?)`", page) if address != "/mailbox/"]

    for address in fixed:
        if address not in {"/healthz", "/readyz"}:
            assert resolve(address).url_name != "wagtail_serve", address


def test_the_picture_in_the_readme_is_a_picture() -> None:
    picture = ROOT / "docs" / "images" / "onward.png"

    assert picture.read_bytes().startswith(b"\x89PNG")
    tracked = subprocess.run(
        ["git", "ls-files", "docs/images"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "docs/images/onward.png" in tracked.stdout


def test_settings_page_names_every_app_setting() -> None:
    page = (ROOT / "docs" / "reference" / "settings.md").read_text()

    for app, package in APPS.items():
        assert parsed(package / "conf.py")
        assert app.upper() in page
