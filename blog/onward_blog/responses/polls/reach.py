"""How many readers a question reached, as far as that is known."""

from collections.abc import Collection
from datetime import datetime

import swapper
from django.utils import timezone

from onward_blog import mailing
from onward_blog.responses.body import pages_showing
from onward_polls.models import EXCLUDED, Ballot, Poll, Tally
from onward_polls.results.breakdown import reach_of as asked_of_hooks


def reach_of(poll: Poll) -> int | None:
    """Return how many mails carried a question that was answered from mails only; else None. Few queries.

    Who opens a page is not counted here, so as soon as somebody answered on a page nobody knows how many saw the
    question, and a number would make the answers look like more of them than they are. The same is true of a
    question that was mailed twice: the same people may have got both.
    """
    doors = Tally.objects.filter(poll=poll, option=None, count__gt=0).exclude(door=EXCLUDED)
    return _mailed(poll, set(doors.values_list("door", flat=True)), timezone.now())


def reach_by(poll: Poll, doors: Collection[str], until: datetime) -> int | None:
    """Return how many readers a question had reached by then, where its answers came by these doors; else None.

    Where the newsletter does not know, the hook ``onward_polls_reach`` is asked, which knows of no time.
    """
    if not doors:
        return None
    found = _mailed(poll, set(doors), until)
    return asked_of_hooks(poll) if found is None else found


def _mailed(poll: Poll, doors: set[str], until: datetime) -> int | None:
    if doors != {Ballot.Door.MAIL}:
        return None
    mailed = mailing.pages_with_issue(pages_showing(poll))
    if len(mailed) != 1:
        return None
    page = swapper.load_model("wagtailcore", "Page").objects.get(pk=mailed.pop())
    return mailing.submitted_count(page, until=until) or None
