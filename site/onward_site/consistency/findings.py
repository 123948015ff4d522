"""What a check finds, and how it may put it right."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Model, QuerySet


#: How many rows of one finding are named; the count says how many there are.
EXAMPLES = 5


@dataclass(frozen=True)
class Finding:
    """One rule that is broken: how often, for example where, and what puts it right when that is safe."""

    check: str
    sentence: str
    count: int
    examples: tuple[str, ...]
    repair: Callable[[], object] | None = None

    @property
    def is_fixable(self) -> bool:
        return self.repair is not None


def rows_found(
    check: str, sentence: str, rows: QuerySet[Model], repair: Callable[[], object] | None = None
) -> list[Finding]:
    """Return one finding for these rows, named by model and primary key, or none."""
    count = rows.count()
    if not count:
        return []
    pks = rows.order_by("pk").values_list("pk", flat=True)[:EXAMPLES]
    label = rows.model._meta.label
    return [Finding(check, sentence, count, tuple(f"{label} {pk}" for pk in pks), repair)]


def facts_found(
    check: str, sentence: str, facts: Iterable[str], repair: Callable[[], object] | None = None
) -> list[Finding]:
    """Return one finding for these sentences, or none."""
    known = list(facts)
    return [Finding(check, sentence, len(known), tuple(known[:EXAMPLES]), repair)] if known else []
