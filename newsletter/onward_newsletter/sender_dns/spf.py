"""SPF (RFC 7208), as far as it can be judged without knowing which server our mail leaves from."""

import re
from dataclasses import dataclass

from .lookup import Lookup


#: Mechanisms that make a receiver ask the DNS, and how often it does before it gives up (RFC 7208, 4.6.4).
ASKING = re.compile(r"^[+?~-]?(?P<name>include|a|mx|ptr|exists)(?:[:/](?P<value>.*))?$", re.IGNORECASE)
MOST_LOOKUPS = 10


@dataclass(frozen=True)
class SpfRecord:
    """The record of a domain: its text, and how many times a receiver has to ask the DNS for it."""

    text: str
    lookups: int

    @property
    def ending(self) -> str:
        """What is said of everybody else: "-all", "~all", "?all", "+all" or "" for nothing."""
        last = [term.lower() for term in self.text.split() if term.lower().endswith("all")]
        return ("+all" if last[-1] == "all" else last[-1]) if last else ""

    @property
    def is_redirected(self) -> bool:
        return "redirect=" in self.text.lower()


def spf_texts(lookup: Lookup, domain: str) -> list[str]:
    """Return the records that claim to be SPF; there must be exactly one. Raises LookupFailed."""
    texts = (text.strip() for text in lookup.texts(domain))
    return sorted(text for text in texts if text.lower() == "v=spf1" or text.lower().startswith("v=spf1 "))


def spf_record(lookup: Lookup, text: str) -> SpfRecord:
    """Return the record with its lookups counted through everything it includes. Raises LookupFailed."""
    return SpfRecord(text, _count(lookup, text, 0))


def _count(lookup: Lookup, text: str, so_far: int) -> int:
    """Count until the limit is passed: more need not be known, and a circle of includes ends there."""
    for term in text.split()[1:]:
        if so_far > MOST_LOOKUPS:
            break
        target = ""
        if found := ASKING.match(term):
            so_far += 1
            target = (found["value"] or "") if found["name"].lower() == "include" else ""
        elif term.lower().startswith("redirect="):
            so_far += 1
            target = term.partition("=")[2]
        if target and "%" not in target:
            for inner in spf_texts(lookup, target)[:1]:
                so_far = _count(lookup, inner, so_far)
    return so_far
