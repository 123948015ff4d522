"""The names that scripts and operators rely on: commands, make targets, addresses, variables."""

import re
import shutil
import subprocess
from io import StringIO

import pytest
from django.core.management import call_command, get_commands, load_command_class
from django.urls import Resolver404, resolve

from tests.architecture.tree import ROOT


COMMANDS = {
    "demo": ["--fresh", "--load-only", "--port"],
    "import_subscribers": ["--newsletter", "--topic", "--confirmed", "--consent", "--dry-run"],
    "export_subscribers": ["--newsletter", "--topic", "--state", "--bom"],
    "send_issue": ["--page", "--issue", "--to", "--at"],
    "issue_status": ["--json"],
    "pause_issue": [],
    "resume_issue": [],
    "cancel_issue": [],
    "run_outbox": ["--once", "--concurrency"],
    "compile_roundup": ["--json"],
    "rebuild_tallies": [],
    "moderate": [],
    "check_consistency": ["--json", "--fix"],
    "backup": [],
    "restore": [],
    "export_reader": [],
    "erase_reader": [],
}
TARGETS = ["demo", "demo-reset", "test", "lint", "fmt", "journeys", "faults", "bench", "docs"]
ADDRESSES = [
    "/polls/1/",
    "/polls/1/results.json",
    "/reader/1/",
    "/share/1/copy/",
    "/newsletter/",
    "/newsletter/manage/token/",
    "/u/token",
    "/v/token/00000000-0000-0000-0000-000000000000",
    "/admin/",
    "/feed/",
    "/sitemap.xml",
]
VARIABLES = [
    "DATABASE_URL",
    "REDIS_URL",
    "CELERY_BROKER_URL",
    "EMAIL_URL",
    "BASE_URL",
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "DEBUG",
    "TRUSTED_PROXY_COUNT",
]


@pytest.mark.parametrize("name", COMMANDS)
def test_command_exists_with_its_options(name: str) -> None:
    command = load_command_class(get_commands()[name], name)
    text = command.create_parser("manage.py", name).format_help()

    assert [option for option in COMMANDS[name] if option not in text] == []


@pytest.mark.parametrize("target", TARGETS)
def test_make_target_exists_and_is_listed_by_make(target: str) -> None:
    listed = subprocess.run(
        [shutil.which("make") or "make"], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert re.search(rf"make {target}\s+\S", listed.stdout)


@pytest.mark.parametrize("address", ADDRESSES)
def test_address_is_served_by_a_view_of_its_own(address: str) -> None:
    try:
        match = resolve(address)
    except Resolver404:
        pytest.fail(f"{address} leads nowhere.")
    assert match.url_name != "wagtail_serve", f"{address} falls through to Wagtail's pages."


@pytest.mark.parametrize("variable", VARIABLES)
def test_variable_is_explained_in_the_sample_environment(variable: str) -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    places = [number for number, line in enumerate(lines) if re.match(rf"#?\s?{variable}=", line)]

    assert places, f"{variable} is missing from .env.example"
    assert lines[places[0] - 1].startswith("#"), f"{variable} has no comment above it"


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", check=True, dry_run=True, stdout=StringIO())
