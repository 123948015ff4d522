"""Send what is due: one function, called by Celery's task and by ``run_outbox``."""

from collections.abc import Sequence
from dataclasses import dataclass


OUTBOX, ISSUES = "outbox", "issues"


@dataclass
class PumpReport:
    """What one call of ``pump`` did, in rows, and what it left behind."""

    submitted: int = 0
    deferred: int = 0
    failed: int = 0
    skipped: int = 0
    in_doubt: int = 0
    #: Rows that are due now and were not reached.
    left: int = 0


def pump(*, limit_seconds: float = 25, lanes: Sequence[str] = (OUTBOX, ISSUES)) -> PumpReport:
    """Send what is due, the outbox first, and return what is left when the time is over."""
    return PumpReport()
