"""The numbers a page gives away, for tests that a number is not among them."""

import re


_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
# What counts objects, days and minutes, and may be any number without telling anybody an answer.
_NOT_A_RESULT = re.compile(
    r'\b(?:href|src|action|id|for|name|content|aria-labelledby|aria-describedby)="[^"]*"'
    rf"|https?://\S+|\d{{1,2}} (?:{_MONTHS})(?: \d{{4}})?|\d{{4}}-\d\d-\d\d|\d\d:\d\d"
)


def numbers_in(text: str) -> set[str]:
    """Return every number in a page or mail, those of attributes included.

    Addresses, ids, dates and times are left out: a test that failed on the 24th of a month would tell nothing.
    """
    return set(re.findall(r"\d+", _NOT_A_RESULT.sub(" ", text)))
