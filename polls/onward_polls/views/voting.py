"""Answering a poll, changing the answer, and taking it back."""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from onward_polls.actions import cast_ballot, withdraw_ballot
from onward_polls.ballots.at_once import remember
from onward_polls.ballots.ballot_rules import check_options, check_role, clean_beside_other, find_options
from onward_polls.components import State
from onward_polls.errors import BallotIncomplete, PollError
from onward_polls.models import Option, Poll
from onward_polls.posts import carries_token, read_post

from .answering import Desk, personal
from .at_once import answer_at_once
from .filled import Filled


@personal("GET", "HEAD", "POST")
def poll(request: HttpRequest, poll_id: int) -> HttpResponse:
    """Show a poll on a page of its own, or take an answer to it."""
    if request.method == "POST":
        fields = read_post(request)
        return answer_at_once(request, poll_id, fields) or _vote(Desk.open(request, poll_id, fields), fields)
    return _show(Desk.open(request, poll_id, request.GET))


def _show(desk: Desk) -> HttpResponse:
    reader = desk.look()
    state = State.CHANGE if "change" in desk.request.GET and reader.has_voted else None
    editing = "words" in desk.request.GET and reader.has_voted
    return desk.show(desk.card(reader, state=state, editing_words=editing))


def _vote(desk: Desk, fields: QueryDict) -> HttpResponse:
    remember(desk.poll)
    filled = Filled.read(desk.poll, fields)
    try:
        options = find_options(desk.poll, filled.marked)
        _check(desk, options, filled)
        if desk.identity is None or not carries_token(desk.request):
            return desk.ask_to_confirm(**filled.shown(desk.poll))
        cast_ballot(
            desk.poll,
            identity=desk.identity,
            options=options,
            door=desk.place.door,
            page_ref=desk.place.page_ref,
            words=filled.other,
            role=filled.role,
            network=desk.network,
            browser=desk.browser,
            wording=filled.wording,
        )
    except PollError as error:
        return desk.refuse(error, **filled.shown(desk.poll))
    return desk.answered()


def _check(desk: Desk, options: list[Option], filled: Filled) -> None:
    """Find every mistake before asking to confirm, so that the reader is asked only once."""
    if desk.poll.kind == Poll.Kind.WORDS:
        raise BallotIncomplete(_("Please write your answer first: here the words are the answer."))
    check_options(desk.poll, options)
    check_role(desk.poll, filled.role)
    if desk.identity is None and any(option.is_other for option in options):
        clean_beside_other(filled.other)


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
