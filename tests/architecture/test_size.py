"""Code stays small enough to read: short functions, files of one screenful of ideas."""

import statistics

from tests.architecture.tree import all_source_files, functions, shown


LINES_IN_A_FILE = 300
LINES_IN_A_FUNCTION = 50
MEDIAN_LINES = 8


def test_no_file_is_longer_than_three_hundred_lines() -> None:
    long_files = {shown(path): len(path.read_text().splitlines()) for path in all_source_files()}

    assert {name: lines for name, lines in long_files.items() if lines > LINES_IN_A_FILE} == {}


def test_functions_are_short() -> None:
    lengths = {
        f"{shown(path)}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path in all_source_files()
        for node in functions(path)
    }

    assert {name: lines for name, lines in lengths.items() if lines > LINES_IN_A_FUNCTION} == {}
    assert statistics.median(lengths.values()) <= MEDIAN_LINES
