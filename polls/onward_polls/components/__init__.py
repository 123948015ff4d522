"""How a poll looks: one card for article, fragment and page, one list of results, and the links in a mail."""

from .addresses import poll_urls
from .card import PollCard, State, WordsDraft
from .mail import mail_links, poll_mail_links, poll_mail_text
from .results import PollResults, earlier_tally


__all__ = [
    "PollCard",
    "PollResults",
    "State",
    "WordsDraft",
    "earlier_tally",
    "mail_links",
    "poll_mail_links",
    "poll_mail_text",
    "poll_urls",
]
