"""Whoever is erased by address had answered with an account, too."""

import json
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command

from onward_polls.actions import add_words
from onward_polls.models import Ballot
from tests.polls.factories import a_poll, vote


pytestmark = pytest.mark.django_db

ADDRESS = "tess.account@example.org"


def run(command: str) -> str:
    out = StringIO()
    call_command(command, ADDRESS, stdout=out)
    return out.getvalue()


@pytest.fixture
def users() -> list[Any]:
    """Two accounts with one address, as people type it, and somebody else's."""
    model = get_user_model()
    addresses = [ADDRESS, ADDRESS.title(), "other@example.org"]
    return [model.objects.create_user(f"user{n}", address) for n, address in enumerate(addresses)]


def test_the_answers_of_an_account_go_with_its_address(users: list[Any]) -> None:
    poll = a_poll()
    for user in users:
        ballot = vote(poll, "Repair", identity=f"user:{user.pk}")
        add_words(ballot, words=f"I am {user.username}.", consent="name", credit=user.username)
    keys = set(Ballot.objects.values_list("reader_key", flat=True))

    exported = json.loads(run("export_reader"))["answers"]
    said = run("erase_reader")

    assert sorted(answer["words"] for answer in exported) == ["I am user0.", "I am user1."]
    assert "answers: 2" in said
    assert set(Ballot.objects.values_list("words", flat=True)) == {"", "I am user2."}
    assert len(keys & set(Ballot.objects.values_list("reader_key", flat=True))) == 1
    assert json.loads(run("export_reader"))["answers"] == []
