"""What only the blog knows to be wrong with an article that is to be mailed: its questions."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.urls import reverse
from django.utils.translation import gettext as _

from .mail_content import mailed_blocks


#: Level ("error" or "warning"), sentence, cure, and where in the admin.
Found = tuple[str, str, str, str]


def about_article(page: Any, format: str) -> Iterator[Found]:
    """Yield what is wrong with the questions that the mail of an article would ask."""
    if not apps.is_installed("onward_polls"):
        return
    from .responses.polls import polls_in

    editor = reverse("wagtailadmin_pages:edit", args=[page.pk])
    for child in mailed_blocks(page, format):
        where = f"{editor}#block-{child.id}-section"
        for poll in polls_in(child.block, child.value):
            yield from ((*found, where) for found in _about_poll(poll))


def _about_poll(poll: Any) -> Iterator[tuple[str, str, str]]:
    from .responses.polls import poll_in_mail

    shown, words = poll_in_mail(poll), {"question": poll.question}
    if shown is None:
        yield (
            "warning",
            _("The question “%(question)s” is archived, so the mail does not show it.") % words,
            _("Take it out, or choose another."),
        )
    elif poll.is_closed:
        # With a result to show it may stand there for its own sake.
        yield (
            "warning" if shown["results"] else "error",
            _("The question “%(question)s” is closed already, so nobody can answer it.") % words,
            _("Open it again, or take it out."),
        )
    elif poll.is_waiting:
        yield (
            "warning",
            _("The question “%(question)s” is not open yet.") % words,
            _("Send the mail when it is, or open it now."),
        )
    elif poll.kind != "words" and not shown["choices"]:
        yield (
            "error",
            _("The question “%(question)s” has no answers to choose from.") % words,
            _("Give it some options."),
        )
