"""Answering a poll, changing the answer, and taking it back."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict

from onward_polls.actions import cast_ballot, withdraw_ballot
from onward_polls.ballot_rules import check_options, find_options
from onward_polls.components import State
from onward_polls.errors import PollError
from onward_polls.models import Poll
from onward_polls.posts import carries_token, read_post

from .answering import Desk, personal


@personal("GET", "HEAD", "POST")
def poll(request: HttpRequest, poll_id: int) -> HttpResponse:
    """Show a poll on a page of its own, or take an answer to it."""
    if request.method == "POST":
        return _vote(Desk.open(request, poll_id, fields := read_post(request)), fields)
    return _show(Desk.open(request, poll_id, request.GET))


def _show(desk: Desk) -> HttpResponse:
    reader = desk.look()
    state = State.CHANGE if "change" in desk.request.GET and reader.has_voted else None
    editing = "words" in desk.request.GET and reader.has_voted
    return desk.show(desk.card(reader, state=state, editing_words=editing))


def _vote(desk: Desk, fields: QueryDict) -> HttpResponse:
    marked = fields.getlist("option")
    if desk.poll.kind == Poll.Kind.WORDS:
        marked = []
    try:
        options = find_options(desk.poll, marked)
        check_options(desk.poll, options)
    except PollError as error:
        return desk.refuse(error, chosen=_still_offered(desk.poll, marked))
    chosen = {option.uuid for option in options}
    if desk.identity is None or not carries_token(desk.request):
        return desk.ask_to_confirm(chosen=chosen)
    try:
        cast_ballot(desk.poll, identity=desk.identity, options=options, page_ref=desk.place.page_ref)
    except PollError as error:
        return desk.refuse(error, chosen=chosen)
    return desk.answered()


def _still_offered(poll: Poll, marked: list[str]) -> set[UUID]:
    """Return those of the options sent that exist, so that they stay marked."""
    return {option.uuid for option in poll.options.all() if str(option.uuid) in marked}


@personal("POST")
def withdraw(request: HttpRequest, poll_id: int) -> HttpResponse:
    """Take an answer back."""
    desk = Desk.open(request, poll_id, read_post(request))
    reader = desk.look()
    if not carries_token(request) or reader.ballot is None:
        return desk.show_unconfirmed(desk.card(reader, state=State.CHANGE if reader.has_voted else None))
    try:
        withdraw_ballot(reader.ballot)
    except PollError as error:
        return desk.refuse(error)
    return desk.answered()
