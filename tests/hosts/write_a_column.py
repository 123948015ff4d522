"""Write the next part with a page type of the host's own; run by test_own_pages.py, in its own process."""

# ruff: noqa: E402 (models can be imported only once Django is set up)

import os
import sys
from pathlib import Path

import django
from django.core.management import call_command
from django.test.utils import setup_test_environment


migrations = Path(os.environ["HOST_FOLDER"]) / "column_migrations"
migrations.mkdir()
(migrations / "__init__.py").touch()
sys.path.append(os.environ["HOST_FOLDER"])
django.setup()
setup_test_environment()
call_command("check", fail_level="WARNING")
call_command("makemigrations", "columns", verbosity=0)
call_command("migrate", verbosity=0, interactive=False)

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone
from wagtail.models import Page

from onward_blog.roundups.errors import NoPlaceForRoundup
from onward_blog.roundups.next_part import write_next_part
from onward_blog.roundups.refreshing import refresh_draft
from onward_polls.models import Ballot, Option, Poll, Vote
from tests.hosts.columns.models import BarePage, ColumnPage


def answer(poll, n):
    option = Option.objects.get(poll=poll)
    for _each in range(n):
        Vote.objects.create(
            ballot=Ballot.objects.create(
                poll=poll, reader_key=f"{Ballot.objects.count():064d}", cast_at=timezone.now()
            ),
            option=option,
        )


def latest(page):
    return ColumnPage.objects.get(pk=page.pk).get_latest_revision_as_object()


def refused(act):
    try:
        act()
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


poll = Poll.objects.create(question="What takes most of your week?")
Option.objects.create(poll=poll, text="Repair")
answer(poll, 12)
home = Page.objects.get(slug="home")
column = home.add_child(
    instance=ColumnPage(title="Mondays", slug="mondays", kicker="Work", body=[("vote", poll)])
)
user = get_user_model().objects.create_superuser("e", "e@somebody.example", "words")
browser = Client()
browser.force_login(user)

response = browser.post(f"/admin/responses/{column.pk}/next-part/")
draft = latest(ColumnPage.objects.exclude(pk=column.pk).get())
assert response["Location"] == f"/admin/pages/{draft.pk}/edit/", response["Location"]
assert [block.block_type for block in draft.body] == ["readers_head", "readers_said", "vote"]
assert draft.body[0].value["said"] == "of 12 readers who chose to answer: Repair."
assert write_next_part(column, user=user).pk == draft.pk
editor = browser.get(f"/admin/pages/{draft.pk}/edit/").content.decode()
assert f"/admin/responses/{draft.pk}/refresh/" in editor

assert "“We asked, you said”" in refused(lambda: latest(draft).save_revision(clean=False).publish())
draft.body.append(("box", {"inside": [("answers", draft.body[1].value)]}))
for block in draft.body[:2]:
    block.value["accepted"] = True
draft.body[3].value["inside"][0].value["accepted"] = False
draft.kicker = "Work"
assert "“What readers said”" in refused(lambda: draft.save_revision().publish())

answer(poll, 3)
screen = browser.get(f"/admin/responses/{draft.pk}/refresh/").content.decode()
assert ">15<" in screen
refresh_draft(latest(draft), user=user)
fresh = latest(draft)
assert fresh.body[0].value["said"] == "of 15 readers who chose to answer: Repair."
assert fresh.body[3].value["inside"][0].value["roundup"] == fresh.body[1].value["roundup"]
for value in (fresh.body[0].value, fresh.body[1].value, fresh.body[3].value["inside"][0].value):
    assert value["accepted"] is False
    value["accepted"] = True
fresh.save_revision().publish()
assert ColumnPage.objects.get(pk=draft.pk).live

bare = home.add_child(instance=BarePage(title="Bare", slug="bare"))
try:
    write_next_part(bare, user=user)
except NoPlaceForRoundup:
    print("written")
