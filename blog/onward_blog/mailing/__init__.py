"""The newsletter, as the blog uses it; active only when that app is installed.

The one package that imports ``onward_newsletter``. Everything here answers with nothing where it is not installed.
"""

from .audience import followers, ledger_of, subscriber_count, told_by_issue
from .issues import (
    audience_slots,
    connect_issue_submitted,
    is_through,
    issue_content,
    issue_findings,
    issue_for_article,
    issue_formats,
    issue_of,
    issue_screen,
    left_out,
    pages_with_issue,
    submitted_count,
)
from .newsletter import can_mail, is_installed
from .people import (
    address_hash,
    closed_to,
    count_keys,
    enqueue,
    holder_of,
    keys_taken,
    one_spelling,
    subscriber_identity,
)
from .quotations import replace_quotation
from .topics import (
    end_following,
    followed_keys,
    followers_of_series,
    following_is_over,
    is_followed,
    only_followers,
    subscribe_box,
    topic_for_series,
)


__all__ = [
    "address_hash",
    "audience_slots",
    "can_mail",
    "closed_to",
    "connect_issue_submitted",
    "count_keys",
    "end_following",
    "enqueue",
    "followed_keys",
    "followers",
    "followers_of_series",
    "following_is_over",
    "holder_of",
    "is_followed",
    "is_installed",
    "is_through",
    "issue_content",
    "issue_findings",
    "issue_for_article",
    "issue_formats",
    "issue_of",
    "issue_screen",
    "keys_taken",
    "ledger_of",
    "left_out",
    "one_spelling",
    "only_followers",
    "pages_with_issue",
    "replace_quotation",
    "submitted_count",
    "subscribe_box",
    "subscriber_count",
    "subscriber_identity",
    "told_by_issue",
    "topic_for_series",
]
