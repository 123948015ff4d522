"""A program for a PostgreSQL of its own: how many rows of an issue, of which nothing is known yet, a claim looks at."""

import json
import sys
from collections.abc import Iterator
from typing import Any


DELIVERIES, CLAIMED = 20_000, 25


def fill() -> Any:
    """Make an issue to many, as it is right after its audience was frozen: PostgreSQL has no statistics of it."""
    from django.db.models.functions import Now

    from onward_newsletter.models import Delivery
    from tests.newsletter.factories import IssueFactory

    issue = IssueFactory.create(state="sending", from_header="Mara <mara@example.org>")
    Delivery.objects.bulk_create(
        (Delivery(issue=issue, address_key=f"{number:064}", next_at=Now()) for number in range(DELIVERIES)),
        batch_size=2000,
    )
    return issue


def rows_looked_at(sql: str, params: Any) -> int:
    """Run a statement, take it back, and return the most rows that one step of it had in its hands."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
        [[[plan]]] = cursor.fetchall()
        transaction.set_rollback(True)
    return max(
        int((step["Actual Rows"] + step.get("Rows Removed by Filter", 0)) * step["Actual Loops"])
        for step in steps(plan["Plan"])
    )


def steps(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from steps(part)


def main() -> None:
    import django

    django.setup()
    from django.db import connection

    from onward_newsletter import claims
    from onward_newsletter.models import Delivery
    from onward_newsletter.work import IssueWork

    work = IssueWork(fill())
    found: dict[str, int] = {}

    def keep(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "onward_newsletter_delivery" in sql:
            name = f"{len(found)} {sql.split()[0]}"
            wrappers, connection.execute_wrappers = connection.execute_wrappers, []
            try:
                found[name] = rows_looked_at(sql, params)
            finally:
                connection.execute_wrappers = wrappers
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        pks = claims.claim(work.queue(), "token", CLAIMED)
        rows = work.load(pks, "token")
        claims.stamp_all(rows[:10], work.fences(rows[:10]))
        claims.settle_all_submitted(rows[:10])
        claims.give_back(claims.by_key(Delivery, pks), "token")
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
