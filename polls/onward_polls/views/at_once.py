"""The short way for an answer that needs nothing looked up: a known browser's first one."""

from django.http import HttpRequest, HttpResponse, QueryDict

from onward_polls.actions import cast_first_ballot
from onward_polls.ballots.at_once import remembered
from onward_polls.ballots.ballot_rules import pick_options
from onward_polls.errors import PollError
from onward_polls.posts import carries_token, place_of, wants_fragment
from onward_polls.readers import account_of, browser_of, view_cast

from .answering import Desk
from .filled import Filled


def answer_at_once(request: HttpRequest, poll_id: int, fields: QueryDict) -> HttpResponse | None:
    """Take a first answer and say so, or return None, having done nothing: then the long way is the right one."""
    seen, browser = remembered(poll_id), browser_of(request)
    if seen is None or browser is None or account_of(request) or not carries_token(request):
        return None
    poll, offered = seen
    desk = Desk(request, poll, place_of(fields), browser)
    filled = Filled.read(poll, fields)
    if filled.wording != poll.wording_version:
        return None
    try:
        options = pick_options(offered, filled.marked)
        ballot = cast_first_ballot(
            poll,
            identity=browser,
            options=options,
            door=desk.place.door,
            page_ref=desk.place.page_ref,
            role=filled.role,
            network=desk.network,
        )
    except PollError:
        # What was remembered may be out of date; whoever looks says what is wrong.
        return None
    if ballot is None:
        return None
    if not wants_fragment(request):
        return desk.see_other(request.path)
    # What was remembered is good enough to store an answer, not to decide which numbers a reader may see.
    desk = Desk.open(request, poll_id, fields)
    ballot.poll = desk.poll
    return desk.answered(view_cast(ballot, options))
