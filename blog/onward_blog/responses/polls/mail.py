"""Polls in a mail."""

from onward_polls.components import mail_links
from onward_polls.models import Poll


def mail_choices(poll: Poll) -> list[dict[str, str]]:
    """Return {"text", "url"} for each option on offer; the url holds the slot ``%%token%%``."""
    return [{"text": option.text, "url": url} for option, url in mail_links(poll, "%%token%%")]
