"""Why the next part cannot be written, as sentences for the author."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.locks import ScheduledForPublishLock, WorkflowLock


class NextPartError(Exception):
    """The next part cannot be written; the message is a sentence for the author."""


class NothingSaid(NextPartError):
    def __init__(self, left_out: Sequence[str] = ()) -> None:
        message = (
            _("Nothing that readers may see was answered, so there is nothing to put into the next part.")
            if left_out
            else _("Nobody has answered yet, so there is nothing to put into the next part.")
        )
        super().__init__(" ".join([str(message), *left_out]))


class NotAllowed(NextPartError):
    def __init__(self) -> None:
        super().__init__(
            _("You may not edit the next part of this series. Ask someone who may publish here.")
        )


class DraftLocked(NextPartError):
    """The draft is locked, is being reviewed, or waits for its hour; ``lock`` says which."""

    def __init__(self, draft: Any, lock: Any = None) -> None:
        message = _("The draft “%(title)s” is locked, so nothing was changed. Unlock it and try again.")
        if isinstance(lock, WorkflowLock):
            message = _(
                "The draft “%(title)s” is being reviewed, so nothing was changed. Whoever reviews it can do this, or "
                "cancel the review and try again."
            )
        elif isinstance(lock, ScheduledForPublishLock):
            message = _(
                "The draft “%(title)s” is scheduled to go out, so nothing was changed. Cancel the schedule and try "
                "again."
            )
        super().__init__(message % {"title": draft.get_admin_display_title()})


class DraftIsOut(NextPartError):
    def __init__(self, draft: Any) -> None:
        message = _("“%(title)s” has been published. What it says was counted then, and is not changed.")
        super().__init__(message % {"title": draft.get_admin_display_title()})


class NothingToRefresh(NextPartError):
    def __init__(self, draft: Any) -> None:
        message = _("“%(title)s” holds what readers said already; nothing has changed since.")
        super().__init__(message % {"title": draft.get_admin_display_title()})


class NoPlaceForRoundup(NextPartError):
    def __init__(self) -> None:
        super().__init__(_("The text of this page type has no block for what readers said."))
