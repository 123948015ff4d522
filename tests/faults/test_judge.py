"""The judge itself: a suite that cannot fail proves nothing."""

from collections import Counter

import pytest

from .conftest import OpenArena
from .judge import judge
from .test_kill_the_worker import readers


pytestmark = pytest.mark.faults


def test_a_clean_send_is_clean() -> None:
    verdict = judge(Counter(["a", "b"]), {"a": "submitted", "b": "in_doubt", "c": "failed"}, 3)

    assert verdict.is_clean
    assert verdict.in_doubt == ["b"]


@pytest.mark.parametrize(
    ("accepted", "ledger", "candidates", "wrong"),
    [
        (["a", "a"], {"a": "submitted"}, 1, "duplicates"),
        (["a", "b"], {"a": "submitted", "b": "failed"}, 2, "unaccounted"),
        (["a"], {"a": "submitted", "b": "submitted"}, 2, "invented"),
        (["a"], {"a": "submitted", "b": "pending"}, 2, "forgotten"),
        (["a"], {"a": "submitted"}, 2, "missing"),
    ],
)
def test_each_wrong_has_a_name(
    accepted: list[str], ledger: dict[str, str], candidates: int, wrong: str
) -> None:
    verdict = judge(Counter(accepted), ledger, candidates)

    assert not verdict.is_clean
    assert getattr(verdict, wrong)


def test_a_sender_that_marks_after_the_batch_is_found_out(open_arena: OpenArena) -> None:
    with open_arena(delay=0.005) as field:
        issue = field.send(field.issue_for(readers(150)))

        worker = field.start_module("tests.faults.wrong_sender")
        field.wait_for_messages(70)
        field.kill(worker)
        field.start_module("tests.faults.wrong_sender")
        field.wait_for_end(issue)

        assert field.verdict(issue).duplicates


def test_an_audience_that_is_not_frozen_is_found_out(open_arena: OpenArena) -> None:
    with open_arena(delay=0.01) as field:
        issue = field.send(field.issue_for(readers(150)))

        field.start_module("tests.faults.wrong_audience")
        field.wait_for_messages(30)
        field.let_in(issue.newsletter, ["late-1@example.org", "late-2@example.org"])
        field.wait_for_end(issue)

        assert field.verdict(issue).missing == -2
