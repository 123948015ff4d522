"""A reader who compares a poll with its roundup finds the same percentages, and in no table a group under five."""

from itertools import product

from onward_blog.responses.few import LEAST, merge_few
from onward_blog.roundups.reading import FrozenLine
from onward_polls.results.lines import percent, width
from onward_polls.tally import PollTally, TallyLine


def of_poll(count: int, n: int) -> tuple[int | None, str]:
    line = TallyLine(option_uuid=None, text="Repair", count=count, share=count / n)
    tally = PollTally(1, "What?", n, (line,), {}, None, None, "single")
    return percent(line, tally), width(line)


def of_roundup(count: int, n: int) -> tuple[int | None, str]:
    line = FrozenLine("key", "Repair", count, n)
    return line.percent, line.width


def test_poll_and_roundup_round_every_tally_alike():
    tallies = [(count, n) for n in range(1, 401) for count in range(n + 1)]

    different = [tally for tally in tallies if of_poll(*tally) != of_roundup(*tally)]

    assert different == []


def test_nothing_under_five_is_named_or_left_over_by_subtraction():
    for counts in product(range(9), repeat=4):
        given = dict(zip("abcd", counts, strict=True))

        named, rest = merge_few(given)

        assert sum(named.values()) + rest == sum(counts)
        assert all(n >= LEAST for n in named.values())
        if named and len(named) < len(given):
            assert rest >= LEAST
            assert len(given) - len(named) > 1
