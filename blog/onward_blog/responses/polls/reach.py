"""How many readers a question reached, as far as that is known."""

import swapper
from django.utils import timezone

from onward_blog import mailing
from onward_blog.responses.body import pages_showing
from onward_polls.models import EXCLUDED, Ballot, Poll, Tally


def reach_of(poll: Poll) -> int | None:
    """Return how many mails carried a question that was answered from mails only; else None. Few queries.

    Who opens a page is not counted here, so as soon as somebody answered on a page nobody knows how many saw the
    question, and a number would make the answers look like more of them than they are. The same is true of a
    question that was mailed twice: the same people may have got both.
    """
    doors = Tally.objects.filter(poll=poll, option=None, count__gt=0).exclude(door=EXCLUDED)
    if set(doors.values_list("door", flat=True)) != {Ballot.Door.MAIL}:
        return None
    mailed = mailing.pages_with_issue(pages_showing(poll))
    if len(mailed) != 1:
        return None
    page = swapper.load_model("wagtailcore", "Page").objects.get(pk=mailed.pop())
    return mailing.submitted_count(page, until=timezone.now()) or None
