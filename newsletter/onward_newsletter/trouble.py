"""When too much goes wrong, stop and ask: a failing server must not use up an audience (reliability N9)."""

from .actions.issues import ask_for_pause
from .models import Delivery, Issue, SendingState


#: An issue pauses when so many first tries in a row went wrong.
FAILURES_IN_A_ROW = 20

#: A worker looks at the ledger once it has itself seen so many in a row; all workers together see the 20.
LOOK_AFTER = 5

#: An issue pauses when more than this share of its audience is in doubt, but not for a handful.
SHARE_IN_DOUBT, HANDFUL = 0.05, 5


class Watch:
    """One worker's count of what went wrong in a row, for each issue."""

    def __init__(self) -> None:
        self._streaks: dict[int, int] = {}

    def note_success(self, issue: Issue) -> None:
        """Begin to count anew."""
        self._streaks[issue.pk] = 0

    def note_failure(self, issue: Issue, reason: str) -> bool:
        """Count; pause the issue when the last 20 first tries of all workers went wrong, and return whether so."""
        self._streaks[issue.pk] = self._streaks.get(issue.pk, 0) + 1
        if self._streaks[issue.pk] < LOOK_AFTER or not _last_tries_failed(issue):
            return False
        ask_for_pause(issue, reason=f"The last {FAILURES_IN_A_ROW} messages were not accepted: {reason}")
        return True


def _last_tries_failed(issue: Issue) -> bool:
    """Look at first tries only: what is tried again at the end of an issue fails in rows, and rightly so."""
    tried = Delivery.objects.filter(issue=issue.pk, attempts=1).exclude(state=SendingState.SENDING)
    states = list(tried.order_by("-attempted_at").values_list("state", flat=True)[:FAILURES_IN_A_ROW])
    return len(states) == FAILURES_IN_A_ROW and SendingState.SUBMITTED not in states


def pause_if_doubtful(issue: Issue) -> None:
    """Pause an issue when too much of it is in doubt; its next stamp is refused then."""
    in_doubt = Delivery.objects.filter(issue=issue.pk, state=SendingState.IN_DOUBT).count()
    if in_doubt > max(HANDFUL, SHARE_IN_DOUBT * (issue.candidate_count or 0)):
        ask_for_pause(issue, reason=f"The mail server's answer was lost for {in_doubt} messages.")
