"""A restored site must not mail from yesterday's database: what was under way comes up held.

Plain SQL, because it runs before the restored database is anyone's: in the same transaction that fills it, or on
the file before it is put in place. Each value is a constant of ours.
"""

from onward_newsletter.models import Delivery, Issue, Outbox, SendingState


REASON = "restored"

_ISSUES, _DELIVERIES, _OUTBOX = (model._meta.db_table for model in (Issue, Delivery, Outbox))
_UNDER_WAY = (Issue.State.SCHEDULED, Issue.State.PREPARING, Issue.State.SENDING)
_WAITING = (SendingState.PENDING, SendingState.CLAIMED, SendingState.DEFERRED)


def _listed(states: tuple[str, ...]) -> str:
    return ", ".join(f"'{state}'" for state in states)


#: Issues wait for their author. An attempt under way is in doubt. A confirmation or notice that was waiting has
#: probably gone out since the backup, so it is left out; whoever still wants one asks again.
PAUSE_STATEMENTS = (
    f"UPDATE {_ISSUES} SET state = '{Issue.State.PAUSED}', state_reason = '{REASON}' "  # noqa: S608
    f"WHERE state IN ({_listed(_UNDER_WAY)})",
    *(
        f"UPDATE {table} SET state = '{SendingState.IN_DOUBT}', reason = '{REASON}' "  # noqa: S608
        f"WHERE state = '{SendingState.SENDING}'"
        for table in (_DELIVERIES, _OUTBOX)
    ),
    f"UPDATE {_DELIVERIES} SET state = '{SendingState.PENDING}', claim_token = '', lease_until = NULL "  # noqa: S608
    f"WHERE state = '{SendingState.CLAIMED}'",
    f"UPDATE {_OUTBOX} SET state = '{SendingState.SKIPPED}', reason = '{REASON}', claim_token = '' "  # noqa: S608
    f"WHERE state IN ({_listed(_WAITING)})",
)
