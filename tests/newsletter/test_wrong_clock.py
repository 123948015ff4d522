"""A machine whose clock is an hour fast or slow does what the others do: the database's clock decides."""

import pytest

from tests.own_program import report_of


@pytest.mark.services
def test_a_clock_that_is_an_hour_off_does_no_harm(migrated_database: str) -> None:
    found = report_of("tests.newsletter.a_wrong_clock", migrated_database)

    for hours in ("1", "-1"):
        assert found["scheduled"][hours] == {
            "due": "submitted",
            "not yet": "scheduled",
            "nearly too late": "submitted",
            "late": "paused",
        }
        assert found["votes"][hours] == {"open": "counted", "closed": "PollClosed"}
    assert found["held"] == "sending"
    assert found["wishes"] == [{"mail": "submitted", "confirmed": True}] * 4
