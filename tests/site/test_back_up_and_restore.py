"""An operator keeps the site in a folder, and brings it back somewhere else."""

import json
from pathlib import Path

import pytest

from tests.services import new_database
from tests.site.running import ask, environment_for, manage, must_manage


IN_MID_SEND = """
from django.utils import timezone
now = timezone.now()
issue = Issue.objects.first()
Issue.objects.filter(pk=issue.pk).update(state="sending")
keys = list(Delivery.objects.filter(issue=issue).values_list("pk", flat=True)[:3])
Delivery.objects.filter(pk=keys[0]).update(state="sending", claim_token="t", lease_until=now)
Delivery.objects.filter(pk=keys[1]).update(state="claimed", claim_token="t", lease_until=now)
Delivery.objects.filter(pk=keys[2]).update(state="pending", claim_token="", next_at=now)
Issue.objects.create(newsletter=issue.newsletter, subject="Tomorrow", state="scheduled", scheduled_at=now, kind="note")
Outbox.objects.create(
    purpose="confirm_subscription", address="late@example.org", address_key="k", subject="s", text="t", next_at=now
)
"""
STATES = """
from collections import Counter
print(sorted(Issue.objects.values_list("state", "state_reason")))
print(sorted(Counter(Delivery.objects.values_list("state", flat=True)).items()))
print(Outbox.objects.filter(state__in=("pending", "claimed", "sending", "deferred")).count())
"""
COUNTS = "print(Ballot.objects.count(), Delivery.objects.count(), Page.objects.count(), Poll.objects.count())"


@pytest.fixture
def empty_site(tmp_path: Path) -> dict[str, str]:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return environment_for(folder)


def test_restored_site_is_the_same_and_mails_nobody(
    demo_copy: Path, tmp_path: Path, empty_site: dict[str, str]
) -> None:
    site = environment_for(demo_copy)
    ask(IN_MID_SEND, environment=site)

    must_manage("backup", tmp_path / "backup", environment=site)
    said = must_manage("restore", tmp_path / "backup", environment=empty_site)

    assert ask(COUNTS, environment=empty_site) == ask(COUNTS, environment=site)
    issues, deliveries, open_mail = ask(STATES, environment=empty_site).splitlines()
    assert "sending" not in issues
    assert "scheduled" not in issues
    assert issues.count("('paused', 'restored')") == 2
    assert "'sending'" not in deliveries
    assert "'claimed'" not in deliveries
    assert open_mail == "0"
    assert "resume_issue" in said
    must_manage("run_outbox", "--once", environment=empty_site)
    assert not (Path(empty_site["VAR_DIR"]) / "mailbox" / "new").exists()


def test_postgresql_is_restored_row_by_row(postgresql_url: str, tmp_path: Path) -> None:
    tmp_path.joinpath("files").mkdir()
    with new_database(postgresql_url) as here, new_database(postgresql_url) as there:
        site = environment_for(tmp_path / "files", DATABASE_URL=here)
        must_manage("migrate", "--verbosity", "0", environment=site)
        ask("from onward_site.demo.load import load_demo; load_demo()", environment=site)
        ask(IN_MID_SEND, environment=site)
        must_manage("backup", tmp_path / "backup", environment=site)
        (tmp_path / "elsewhere").mkdir()
        restored = environment_for(tmp_path / "elsewhere", DATABASE_URL=there)

        must_manage("restore", tmp_path / "backup", environment=restored)

        assert ask(COUNTS, environment=restored) == ask(COUNTS, environment=site)
        assert ask(STATES, environment=restored).count("restored") == 2
        # The counters go on where they were: a new row does not meet an old one.
        assert (
            ask("print(Newsletter.objects.create(name='n', slug='n').pk > 1)", environment=restored) == "True"
        )
        assert "checks passed" in must_manage("check_consistency", environment=restored)


def test_manifest_tells_versions_rows_and_checksums(loaded_demo: Path, tmp_path: Path) -> None:
    must_manage("backup", tmp_path / "backup", environment=environment_for(loaded_demo))

    manifest = json.loads((tmp_path / "backup" / "manifest.json").read_text())

    assert manifest["tables"]["onward_polls_ballot"] > 100
    assert manifest["versions"]["wagtail"].startswith("8.")
    assert "0001_initial" in manifest["migrations"]["onward_polls"]
    assert all(len(checksum) == 64 for checksum in manifest["files"].values())
    assert any(name.startswith("media/") for name in manifest["files"])
    key = environment_for(loaded_demo)["SECRET_KEY"]
    assert key not in (tmp_path / "backup" / "manifest.json").read_text()


def test_backup_never_writes_over_anything(loaded_demo: Path, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine")

    outcome = manage("backup", tmp_path, environment=environment_for(loaded_demo))

    assert outcome.returncode == 1
    assert "not empty" in outcome.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]


def test_restore_refuses_a_site_that_is_not_empty(demo_copy: Path, tmp_path: Path) -> None:
    site = environment_for(demo_copy)
    must_manage("backup", tmp_path / "backup", environment=site)

    outcome = manage("restore", tmp_path / "backup", environment=site)

    assert outcome.returncode == 1
    assert "not empty" in outcome.stderr


@pytest.mark.parametrize(
    "harm", ["a byte changed", "a file gone", "no manifest", "newer code", "other database"]
)
def test_restore_refuses_a_backup_that_is_not_whole(
    harm: str, loaded_demo: Path, tmp_path: Path, empty_site: dict[str, str]
) -> None:
    backup = tmp_path / "backup"
    must_manage("backup", backup, environment=environment_for(loaded_demo))
    do_harm(harm, backup)

    outcome = manage("restore", backup, environment=empty_site)

    assert outcome.returncode == 1
    assert outcome.stderr.startswith("CommandError: ")
    assert (
        ask(
            "from django.db import connection; print(connection.introspection.table_names())",
            environment=empty_site,
        )
        == "[]"
    )


def do_harm(harm: str, backup: Path) -> None:
    manifest = backup / "manifest.json"
    content = json.loads(manifest.read_text())
    if harm == "a byte changed":
        with (backup / "database.sqlite3").open("r+b") as file:
            file.seek(5000)
            file.write(b"?")
    elif harm == "a file gone":
        next(path for path in (backup / "media").rglob("*") if path.is_file()).unlink()
    elif harm == "no manifest":
        manifest.unlink()
    elif harm == "newer code":
        content["migrations"]["onward_polls"].append("0999_from_the_future")
        manifest.write_text(json.dumps(content))
    else:
        content["database"] = "postgresql"
        manifest.write_text(json.dumps(content))
