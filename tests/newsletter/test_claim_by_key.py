"""What a claim costs does not grow with the audience, though PostgreSQL knows nothing of rows that were just made."""

import pytest

from tests.own_program import report_of

from .claims_by_key import CLAIMED


@pytest.mark.services
def test_a_claim_walks_no_whole_issue_on_postgresql(migrated_database: str) -> None:
    looked_at = report_of("tests.newsletter.claims_by_key", migrated_database)

    assert len(looked_at) == 6
    for statement, rows in looked_at.items():
        assert rows <= 4 * CLAIMED, statement
