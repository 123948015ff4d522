"""The options of a poll as links in a mail."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from onward_polls.models import Option, Poll


def poll_mail_links(poll: Poll, token_slot: str) -> SafeString:
    """Return the options of a poll as links for a mail.

    ``token_slot`` stands where each recipient's token will be, for example "%%token%%". Following a link
    only opens a page; its button counts.
    """
    context = {"poll": poll, "links": mail_links(poll, token_slot)}
    return render_to_string("onward_polls/mail/poll_links.html", context)


def poll_mail_text(poll: Poll, token_slot: str) -> str:
    """Return the same links for the plain text of a mail."""
    context = {"poll": poll, "links": mail_links(poll, token_slot)}
    return render_to_string("onward_polls/mail/poll_links.txt", context)


def mail_links(poll: Poll, token_slot: str) -> list[tuple[Option, str]]:
    """Return each option on offer with its absolute address; none once the poll is closed."""
    if poll.is_closed or poll.archived_at:
        return []
    base = settings.WAGTAILADMIN_BASE_URL.rstrip("/")
    offered = [option for option in poll.options.all() if option.retired_at is None]
    # A slot may hold characters that an address would escape, so it is put in after the address is made.
    paths = [reverse("onward_polls_mail:vote_from_mail", args=["TOKEN", option.uuid]) for option in offered]
    return [
        (option, base + path.replace("TOKEN", token_slot))
        for option, path in zip(offered, paths, strict=True)
    ]
