"""What the site wrote goes out only once its author has accepted it, by whatever way a page is published.

Three gates, each for what the one before cannot see. The blocks themselves refuse in the editor's form, beside the
line (``FromReadersBlock.clean``). Hooks refuse where Wagtail publishes without that form, with the same sentence: many
pages at once, and a reviewer's approval (``accepting_hooks``). And no article is saved as live with text that waits
(``ArticleMixin.save``), whoever asks for it. A draft, a preview and a revision are never refused.
"""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail.blocks import Block
from wagtail.log_actions import log

from onward_blog.links import absolute
from onward_blog.mail import send_mail

from .blocks import FromReadersBlock, waiting_sentence
from .components import address_of
from .generated import is_waiting
from .stored import stored_bodies, walk_stored


#: Wagtail's name for what its command ``publish_scheduled`` does.
BY_SCHEDULE = "wagtail.publish.scheduled"
#: In the page's history: the hour had come, and the page stayed as it was.
STOPPED = "onward_blog.schedule_stopped"


class TextNotAccepted(ValidationError):
    """A page holds text that the site wrote and nobody has accepted; ``sentences`` are for the author."""

    def __init__(self, blocks: Collection[Block]) -> None:
        self.sentences = [waiting_sentence(block) for block in blocks]
        super().__init__({"__all__": self.sentences})


def waiting_blocks(page: Any) -> list[Block]:
    """Return the blocks of a page whose generated text nobody has accepted, in reading order. No query."""
    return [
        block
        for field, stored in stored_bodies(page)
        for block, value in walk_stored(field.stream_block, stored)
        if isinstance(block, FromReadersBlock) and isinstance(value, dict) and is_waiting(value)
    ]


def refuse_waiting(page: Any) -> None:
    """Raise TextNotAccepted when a page holds generated text that nobody has accepted."""
    if found := waiting_blocks(page):
        raise TextNotAccepted(found)


def refuse_live(page: Any, update_fields: Collection[str] | None) -> None:
    """Raise TextNotAccepted when saving these fields would put text that waits before readers."""
    if not page.live:
        return
    if update_fields is None or any(field.name in update_fields for field, _stored in stored_bodies(page)):
        refuse_waiting(page)


def stops_schedule(page: Any, revision: Any, log_action: Any) -> bool:
    """Return whether a scheduled revision stays back, and if so take it off the schedule and tell its author.

    Raising would keep every later page of the same run from going out. It comes to this only where a revision was
    scheduled before its text was marked, or by a script: whoever schedules in Wagtail is refused at once.
    """
    if log_action != BY_SCHEDULE or not (found := waiting_blocks(revision.as_object())):
        return False
    page.revisions.filter(pk=revision.pk).update(approved_go_live_at=None)
    labels = [str(block.label) for block in found]
    log(page, STOPPED, revision=revision, data={"blocks": labels})
    _tell_author(page, revision, found)
    return True


def _tell_author(page: Any, revision: Any, found: Collection[Block]) -> None:
    author = revision.user or page.owner
    if author is None or not author.email:
        return
    edit = absolute(address_of("wagtailadmin_pages:edit", page.pk))
    title = page.get_admin_display_title()
    text = _("“%(title)s” was to go out now and did not.") % {"title": title}
    send_mail(
        purpose="schedule_stopped",
        address=author.email,
        subject=_("Not published: %(title)s") % {"title": title},
        text="\n\n".join([text, *(waiting_sentence(block) for block in found), edit]),
        key=f"schedule_stopped:{revision.pk}",
    )
