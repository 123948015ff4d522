"""A test send: the issue as it would look, to one address, and not a line in the ledger."""

from onward_newsletter import links
from onward_newsletter.models import Issue, Outbox
from onward_newsletter.slots import fill_slots

from .composing import compose_issue
from .notices import one_line
from .outbox import enqueue_mail


def send_test(issue: Issue, address: str) -> Outbox | None:
    """Mail an issue as it stands to an address; links that belong to a subscriber lead to the home page instead.

    Raises InvalidAddress. Returns None when the address is suppressed.
    """
    rendered = compose_issue(issue)
    home = links.base_url() + "/"
    values = {
        "unsubscribe_url": home,
        "manage_url": home,
        "token": "test",
        "personal_line": "",
        "closing_line": "",
    }
    return enqueue_mail(
        purpose="issue_test",
        address=address,
        subject=f"[Test] {one_line(issue.subject)}"[:200],
        text=fill_slots(rendered.text, values),
        html=fill_slots(rendered.html, values, is_html=True),
    )
