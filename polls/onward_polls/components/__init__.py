"""How a poll looks: one card for article, fragment and page, one list of results, and the links in a mail."""

from .addresses import poll_path, poll_urls
from .card import PollCard, WordsDraft
from .embed import EmbedCode
from .faces import State
from .mail import mail_links, poll_mail_links, poll_mail_text
from .results import PollResults, earlier_tally, public_results
from .results_mail import poll_results_mail, poll_results_text


__all__ = [
    "EmbedCode",
    "PollCard",
    "PollResults",
    "State",
    "WordsDraft",
    "earlier_tally",
    "mail_links",
    "poll_mail_links",
    "poll_mail_text",
    "poll_path",
    "poll_results_mail",
    "poll_results_text",
    "poll_urls",
    "public_results",
]
