"""Whether the author's numbers and file are those of the ballots one by one, on whatever database this runs."""

import csv
from datetime import UTC, datetime, timedelta


def desk_adds_up() -> dict[str, bool]:
    """Cast ballots of every sort over four days; return what of the desk agrees with them."""
    from onward_polls.desk.insight import chart_of, numbers_of
    from onward_polls.models import Ballot
    from onward_polls.viewsets.export import csv_lines
    from tests.polls.crowd import a_poll

    poll = a_poll()
    last = datetime(2026, 10, 26, 9, 30, 59, 999_999, tzinfo=UTC)
    ballots = Ballot.objects.bulk_create(
        Ballot(
            poll=poll,
            reader_key=f"{i:064x}",
            cast_at=last - timedelta(hours=i * 7 % 96),
            withdrawn_at=last if i % 11 == 0 else None,
            excluded_at=last if i % 5 == 0 else None,
            exclusion="author" if i % 5 == 0 else "",
            words=f"Words {i}" if i % 3 == 0 else "",
        )
        for i in range(200)
    )
    standing = [ballot for ballot in ballots if ballot.stands]
    counted = [ballot for ballot in standing if ballot.is_counted]
    rows = csv.DictReader("".join(csv_lines(poll)).splitlines())
    file = {(row["ballot"], row["answered_at"], row["changed_at"], row["excluded_reason"]) for row in rows}
    numbers, chart = numbers_of(poll), chart_of(poll)
    return {
        "file": file == {(str(b.uuid), f"{b.cast_at:%Y-%m-%dT%H:%M:%SZ}", "", b.exclusion) for b in standing},
        "withdrawn": numbers.withdrawn == len(ballots) - len(standing),
        "aside": numbers.aside == {"network": 0, "author": len(standing) - len(counted)},
        "wrote": numbers.wrote == sum(bool(ballot.words) for ballot in standing),
        "chart": chart is not None and sum(bar.count for bar in chart.bars) == len(counted),
    }
