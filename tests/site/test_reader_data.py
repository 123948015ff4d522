"""A person asks for their data, or to be forgotten; an operator does it by address."""

import json
from pathlib import Path

import pytest

from tests.site.running import ask, environment_for, manage, must_manage


ADDRESS = "nora.byrne@example.org"
SOMEONE = f"""
from django.utils import timezone
from onward_newsletter.actions.subscribing import subscribe, confirm
from onward_polls.actions import cast_ballot, add_words
from onward_polls.models import FollowUp
n = Newsletter.objects.get()
subscribe(n, address="{ADDRESS}", consent_text="I want mail.", consent_page="/", source="box")
s = Subscriber.objects.get(address="{ADDRESS}")
confirm(s.subscriptions.get())
poll = Poll.objects.open().filter(ask_words=True, kind="single").first()
mailed = cast_ballot(poll, identity=f"subscriber:{{s.uuid}}", options=[poll.options.first()], door="mail")
add_words(mailed, words="I answer from the mail.", consent="name", credit="Nora Byrne")
browsed = cast_ballot(poll, identity="rid:" + "0" * 32, options=[poll.options.last()])
add_words(browsed, words="And from my phone.", consent="anonymous")
FollowUp.objects.create(ballot=browsed, address="{ADDRESS}", requested_at=timezone.now())
from onward_blog.comments.actions import address_key
state = CommentState.objects.filter(state="public").first()
comment = state.comment
comment.user_email, comment.user_name, comment.comment = "{ADDRESS}", "Nora Byrne", "My own comment."
comment.save()
CommentState.objects.filter(pk=state.pk).update(address_key=address_key("{ADDRESS}"))
"""
LEFT_OVER = f"""
from django.apps import apps
from django.db import models
words = ("{ADDRESS}", "Nora Byrne", "I answer from the mail.", "And from my phone.", "My own comment.")
for model in apps.get_models():
    for field in model._meta.concrete_fields:
        if isinstance(field, (models.CharField, models.TextField, models.JSONField)):
            for word in words:
                if model._default_manager.filter(**{{f"{{field.name}}__icontains": word}}).exists():
                    print(model._meta.label, field.name, word)
"""
COUNTED = "from onward_polls.models import Tally, TallyDelta; print(Ballot.objects.counted().count(), Vote.objects.count())"


@pytest.fixture
def site(demo_copy: Path) -> dict[str, str]:
    environment = environment_for(demo_copy)
    ask(SOMEONE, environment=environment)
    return environment


def test_everything_about_a_person_comes_out_as_json(site: dict[str, str]) -> None:
    data = json.loads(must_manage("export_reader", ADDRESS.upper(), environment=site))

    assert data["address"] == ADDRESS
    assert data["newsletter"]["subscriptions"][0]["consent"]["text"] == "I want mail."
    assert {answer["words"] for answer in data["answers"]} == {
        "I answer from the mail.",
        "And from my phone.",
    }
    assert [comment["text"] for comment in data["comments"]] == ["My own comment."]


def test_erasing_leaves_no_trace_but_the_counts(site: dict[str, str]) -> None:
    before = ask(COUNTED, environment=site)

    said = must_manage("erase_reader", ADDRESS, environment=site)

    assert "subscribers: 1" in said
    assert "answers: 2" in said
    assert "comments: 1" in said
    assert ask(LEFT_OVER, environment=site) == ""
    assert ask(COUNTED, environment=site) == before
    must_manage("check_consistency", environment=site)
    assert json.loads(must_manage("export_reader", ADDRESS, environment=site)) == {
        "address": ADDRESS,
        "newsletter": None,
        "answers": [],
        "comments": [],
        "questions": [],
    }


def test_erasing_twice_and_erasing_nobody_are_harmless(site: dict[str, str]) -> None:
    must_manage("erase_reader", ADDRESS, environment=site)

    again = must_manage("erase_reader", ADDRESS, environment=site)

    assert "subscribers: 0" in again
    suppressed = "print(Suppression.objects.filter(reason='erased').count())"
    assert ask(suppressed, environment=site) == "1"


def test_what_is_no_address_is_refused_in_one_sentence(loaded_demo: Path) -> None:
    for command in ("export_reader", "erase_reader"):
        outcome = manage(command, "nobody", environment=environment_for(loaded_demo))

        assert outcome.returncode == 1
        assert outcome.stderr.startswith("CommandError: ")
        assert len(outcome.stderr.splitlines()) == 1
