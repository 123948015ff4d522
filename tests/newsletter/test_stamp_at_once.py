"""The short way of stamping stamps what the long way stamps, and nothing else."""

import pytest

from onward_newsletter.at_once import statements_for
from onward_newsletter.work import IssueWork, OutboxWork
from tests.own_program import report_of

from .factories import IssueFactory


#: What stops one reader's mail, and what stops the whole issue; the last of three rows is nobody else's matter.
STOPPED = {"nothing": [1, 2], "pause_issue": []}


@pytest.mark.services
def test_both_ways_stamp_the_same_rows_on_postgresql(migrated_database: str) -> None:
    cases = report_of("tests.newsletter.fences", migrated_database)

    assert len(cases) == 18
    for case, found in cases.items():
        assert found["short"] == found["long"] == found["short again"], case
        assert found["long"]["rows"][0][0] == "submitted", case
        assert found["long"]["stamped"] == STOPPED.get(case.split()[0], [2]), case


@pytest.mark.django_db
def test_the_short_way_is_not_open_elsewhere() -> None:
    assert statements_for(IssueWork(IssueFactory.create(from_header="Mara <mara@example.org>"))) is None
    assert statements_for(OutboxWork()) is None
