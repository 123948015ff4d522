"""The newsletter, as the blog uses it; active only when that app is installed.

The one module of the blog that imports ``onward_newsletter``. Everything here answers with nothing where the
newsletter is not installed, so callers need not ask.
"""

from typing import Any

from django.apps import apps


def is_installed() -> bool:
    """Return whether this project has the newsletter."""
    return apps.is_installed("onward_newsletter")


def enqueue(  # noqa: PLR0913 (the fields of a mail)
    *, purpose: str, address: str, subject: str, text: str, html: str = "", key: str | None = None
) -> bool:
    """Put one mail into the outbox; return False when its key is known or the address suppressed."""
    from onward_newsletter.actions.outbox import enqueue_mail

    return bool(
        enqueue_mail(purpose=purpose, address=address, subject=subject, text=text, html=html, key=key)
    )


def subscribe_box(page: Any) -> str:
    """Return the HTML of the box that offers this page's series or everything; "" without a newsletter."""
    return ""


def topic_for_series(series: Any) -> Any | None:
    """Return the Topic that stands for a series, made on first use; None without a newsletter."""
    return None


def issue_for_article(page: Any, format: str, *, user: Any = None) -> Any | None:
    """Return the draft Issue that mails an article: ``format`` is "full", "excerpt" or "until_poll"."""
    return None
