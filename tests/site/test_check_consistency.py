"""An operator asks whether the rows agree with each other."""

import json
import shutil
from pathlib import Path

import pytest

from tests.site.running import ask, environment_for, manage, must_manage


#: Name of the finding -> what breaks the rule, in a shell of the loaded demo, and whether --fix puts it right.
CORRUPTIONS = {
    "books": ("Delivery.objects.first().delete()", False),
    "open_rows": ("Delivery.objects.filter(pk=Delivery.objects.first().pk).update(state='pending')", False),
    "troubles": ("Issue.objects.exclude(candidate_count=None).update(state='submitted')", True),
    "snapshots": ("Issue.objects.exclude(content_sha256='').update(subject='Another subject')", False),
    "leases": (
        "from django.utils import timezone; from datetime import timedelta;"
        "Outbox.objects.create(purpose='x', address='a@example.org', address_key='k', subject='s', text='t',"
        " next_at=timezone.now(), state='claimed', claim_token='t', lease_until=timezone.now() - timedelta(hours=1))",
        True,
    ),
    "submissions": ("Delivery.objects.filter(state='submitted').update(message_id='')", False),
    "message_ids": (
        "Delivery.objects.filter(state='submitted').update(message_id='<one@example.org>')",
        False,
    ),
    "duplicates": (
        "from django.utils import timezone; d = Delivery.objects.first();"
        "[DeliveryEvent.objects.create(delivery=d, provider='p', event_id=str(n), type='sent',"
        " occurred_at=timezone.now()) for n in range(2)]",
        False,
    ),
    "crowded_events": (
        "from django.utils import timezone; d = Delivery.objects.exclude(issue__candidate_count=None).first();"
        "[DeliveryEvent.objects.create(delivery=d, provider='p', event_id=str(n), type='delivered',"
        " occurred_at=timezone.now()) for n in range(d.issue.candidate_count + 1)]",
        False,
    ),
    "consent": ("Subscription.objects.filter(state='active').update(consent_text='')", False),
    "suppressed": (
        "s = Subscriber.objects.filter(state='active').first();"
        "Suppression.objects.create(address_key=s.address_key, reason='complained')",
        True,
    ),
    "ballots": (
        "a, b = Ballot.objects.filter(poll=Ballot.objects.first().poll)[:2];"
        "ReaderLink.objects.create(poll=a.poll, alias_key=a.reader_key, reader_key=b.reader_key)",
        False,
    ),
    "votes": (
        "v = Vote.objects.first(); o = Option.objects.exclude(poll=v.ballot.poll).first();"
        "Vote.objects.filter(pk=v.pk).update(option=o)",
        False,
    ),
    "empty_ballots": ("b = Vote.objects.first().ballot; b.votes.all().delete()", False),
    "previous": (
        "a, b = Ballot.objects.filter(poll=Ballot.objects.first().poll)[:2];"
        "Ballot.objects.filter(pk=a.pk).update(previous=b)",
        True,
    ),
    "others": (
        "from django.db import connection; poll = Vote.objects.first().ballot.poll;"
        "connection.cursor().execute('DROP INDEX onward_polls_option_one_other');"
        "Option.objects.filter(poll=poll, retired_at=None).update(is_other=True)",
        False,
    ),
    "exclusions": ("Ballot.objects.filter(pk=Ballot.objects.first().pk).update(exclusion='author')", False),
    "flags": (
        "from django.utils import timezone; now = timezone.now(); b = Ballot.objects.first();"
        "f = FairnessFlag.objects.create(poll=Poll.objects.exclude(pk=b.poll_id).first(), kind='burst', network='n',"
        " first_at=now, last_at=now, found_at=now); f.ballots.add(b)",
        False,
    ),
    "tallies": (
        "from django.db.models import F; from onward_polls.models import Tally; Tally.objects.update(count=F('count') + 1)",
        True,
    ),
    "comments": (
        "c = CommentState.objects.first().comment; type(c).objects.filter(pk=c.pk).update(object_pk='999')",
        False,
    ),
    "comment_states": (
        "CommentState.objects.filter(pk=CommentState.objects.first().pk)._raw_delete('default')",
        False,
    ),
    "comments_shown": (
        "c = CommentState.objects.exclude(state='public').first().comment; c.is_public = True; c.is_removed = False; c.save()",
        True,
    ),
    "quotes": (
        "q = RoundupQuote.objects.filter(source='polls').exclude(words='').first(); Ballot.objects.filter(uuid=q.source_key).update(consent='none')",
        True,
    ),
    "roundups": ("r = Roundup.objects.first(); Roundup.objects.filter(pk=r.pk).update(data={'n': 1})", False),
    "windows": (
        "from onward_blog.models import ResponseWindow; ResponseWindow.objects.update(numbers={'n': 1})",
        False,
    ),
    "tree": ("Page.objects.filter(depth=2).update(numchild=99)", True),
}


def test_the_demo_is_consistent(loaded_demo: Path) -> None:
    said = must_manage("check_consistency", "--json", environment=environment_for(loaded_demo))

    assert json.loads(said)["findings"] == []
    assert json.loads(said)["checks"] >= 20


#: Break each rule inside a transaction that is taken back, and write down what is found, and after repair.
TRY_ALL = """
import json, os
from django.db import transaction
from onward_site.consistency.checking import find_all, repair
outcomes = {}
for name, code in json.loads(os.environ["CORRUPTIONS"]).items():
    with transaction.atomic():
        exec(code, dict(globals()))
        first = find_all()
        repair(first)
        outcomes[name] = [[one.check for one in first], [one.check for one in find_all()], [one.sentence for one in first]]
        transaction.set_rollback(True)
print(json.dumps(outcomes))
"""


@pytest.fixture(scope="module")
def outcomes(loaded_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[list[str]]]:
    folder = tmp_path_factory.mktemp("corrupt")
    shutil.copy(loaded_demo / "onward.sqlite3", folder)
    codes = json.dumps({name: code for name, (code, _fixable) in CORRUPTIONS.items()})
    found: dict[str, list[list[str]]] = json.loads(
        ask(TRY_ALL, environment=environment_for(folder, CORRUPTIONS=codes))
    )
    return found


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_broken_rule_is_found_and_put_right_when_that_is_safe(
    name: str, outcomes: dict[str, list[list[str]]]
) -> None:
    first, after_repair, sentences = outcomes[name]
    _code, is_fixable = CORRUPTIONS[name]

    assert name in first, f"Found instead: {sentences}"
    assert (name not in after_repair) == is_fixable


def test_every_check_has_a_corruption_that_it_finds(outcomes: dict[str, list[list[str]]]) -> None:
    named = {check for first, _after, _sentences in outcomes.values() for check in first}

    assert named >= set(CORRUPTIONS)


def test_a_broken_rule_ends_with_exit_code_one_and_names_rows(demo_copy: Path) -> None:
    environment = environment_for(demo_copy)
    ask(CORRUPTIONS["tallies"][0], environment=environment)

    outcome = manage("check_consistency", environment=environment)
    repaired = manage("check_consistency", "--fix", environment=environment)

    assert outcome.returncode == 1
    assert "Poll " in outcome.stdout
    assert "--fix puts it right" in outcome.stdout
    assert repaired.returncode == 0, repaired.stdout + repaired.stderr
