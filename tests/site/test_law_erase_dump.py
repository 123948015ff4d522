"""Law 10 once more, as an auditor would look: a dump of the whole database, the caches and the logs."""

import logging
import sqlite3
import subprocess
from typing import Any

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection
from django.test import Client

from onward_newsletter.actions.addresses import ask_for_address_change
from onward_newsletter.models import Outbox, Subscriber, Suppression
from onward_newsletter.pump import pump

from .letters import follower, paths_to, subscribe_by_form
from .whole_site import Human, Place, a_place


pytestmark = pytest.mark.django_db(transaction=True)

CANARY = "canary.bird@perch.example.org"
NEST = "canary.nest@perch.example.org"


@pytest.fixture
def place(transactional_db: None) -> Place:
    return a_place()


def dump() -> str:
    """Return the database as its own tools write it out: every table, index and search table."""
    if connection.vendor == "sqlite":
        database: sqlite3.Connection = connection.connection
        return "\n".join(database.iterdump())
    settings = connection.settings_dict
    command = ["pg_dump", "--data-only", "--dbname", str(settings["NAME"])]
    for option, name in (("--host", "HOST"), ("--port", "PORT"), ("--username", "USER")):
        command += [option, str(settings[name])] if settings[name] else []
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def lines_with(text: str, word: str) -> list[str]:
    return [line[:300] for line in text.lower().splitlines() if word in line]


def plant(place: Place) -> None:
    """Leave the canary wherever a subscriber's address goes: asking, confirming, moving away and in."""
    subscribe_by_form(place, f" {CANARY.upper()} ")
    confirm = next(path for path in paths_to(CANARY) if "/confirm/" in path)
    assert Human().press(confirm).status_code == 303
    assert Outbox.objects.filter(purpose="welcome", address=CANARY).exists()
    canary = Subscriber.objects.get(address=CANARY)
    manage = next(path for path in paths_to(CANARY) if "/manage/" in path)
    for button in ("export", "move"):
        Client().post(manage, {"do": button})
    ask_for_address_change(canary, NEST)
    ask_for_address_change(follower(place, "friend@example.org").subscriber, CANARY)
    pump()
    Outbox.objects.filter(address=CANARY).update(reason=f"550 5.1.1 <{CANARY}>: user unknown")


def test_nothing_of_an_erased_reader_is_in_a_dump_a_cache_or_a_log(place: Place, caplog: Any) -> None:
    with caplog.at_level(logging.DEBUG):
        plant(place)
        assert len(lines_with(dump(), "canary")) >= 6

        call_command("erase_reader", CANARY)
        pump()

    assert lines_with(dump(), "canary") == []
    stored = [str(getattr(cache, "_cache", "")) for cache in caches.all()]
    assert not [text for text in stored if "canary" in text.lower()]
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("onward")]
    assert not [message for message in ours if "canary" in message.lower()]
    assert Suppression.objects.get().reason == Suppression.Reason.ERASED
