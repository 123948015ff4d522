"""A reader's own words, what may be quoted of them, and who wants to hear what came of it."""

from dataclasses import replace

from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from onward_polls.actions import (
    add_words,
    cast_ballot,
    confirm_follow_up,
    forget_follow_up,
    request_follow_up,
    withdraw_consent,
)
from onward_polls.ballots.ballot_rules import check_role
from onward_polls.components import WordsDraft
from onward_polls.conf import polls_settings
from onward_polls.errors import BallotIncomplete, PollError
from onward_polls.follow_ups import find_follow_up, usable_address
from onward_polls.models import Ballot, FollowUp, Poll
from onward_polls.placement import path_of_page
from onward_polls.posts import carries_token, read_post
from onward_polls.readers import keys_of
from onward_polls.words import clean_credit, clean_words

from .answering import Desk, PollNotFound, personal
from .filled import Filled


@personal("POST")
def words(request: HttpRequest, poll_id: int) -> HttpResponse:
    """Add words to a ballot; in a poll that asks for words only, they are the ballot."""
    fields = read_post(request)
    desk = Desk.open(request, poll_id, fields)
    draft = _draft(fields)
    try:
        _check(desk.poll, draft)
        if desk.identity is None or not carries_token(request):
            return _ask_again(desk, draft)
        _add(desk, desk.identity, draft, Filled.read(desk.poll, fields).wording)
    except PollError as error:
        return desk.refuse(error, draft=draft)
    return desk.answered(said=_("Your words are kept. Thank you."))


def _ask_again(desk: Desk, draft: WordsDraft) -> HttpResponse:
    if desk.poll.kind == Poll.Kind.WORDS:
        return desk.ask_to_confirm(draft=draft)
    reader = desk.look()
    if not reader.has_voted:
        raise AnswerFirst
    notice = _("Please press the button once more, so that we know it was you.")
    return desk.show_unconfirmed(desk.card(reader, draft=draft, notice=notice))


def _draft(fields: QueryDict) -> WordsDraft:
    consent = fields.get("consent", Ballot.Consent.NONE)
    said = (fields.get(name, "") for name in ("credit", "address", "role"))
    return WordsDraft(fields.get("words", ""), consent, *said)


def _check(poll: Poll, draft: WordsDraft) -> None:
    """Find every mistake before anything is saved, so that nothing is half saved."""
    if poll.kind == Poll.Kind.WORDS:
        check_role(poll, draft.role)
    clean_words(draft.words)
    clean_credit(draft.credit, draft.consent)
    if draft.address.strip():
        usable_address(draft.address)


@transaction.atomic
def _add(desk: Desk, identity: str, draft: WordsDraft, wording: int) -> None:
    ballot = desk.look().ballot
    if desk.poll.kind == Poll.Kind.WORDS:
        ballot = cast_ballot(
            desk.poll,
            identity=identity,
            options=[],
            door=desk.place.door,
            page_ref=desk.place.page_ref,
            role=draft.role,
            network=desk.network,
            browser=desk.browser,
            wording=wording,
        )
    if ballot is None or not ballot.stands:
        raise AnswerFirst
    by = keys_of(desk.poll, desk.request)
    add_words(ballot, words=draft.words, consent=draft.consent, credit=draft.credit, by=by)
    if draft.address.strip():
        request_follow_up(ballot, draft.address, by=by)


@personal("POST")
def stop_quoting(request: HttpRequest, poll_id: int) -> HttpResponse:
    """Withdraw the consent to be quoted; possible at any time."""
    desk = Desk.open(request, poll_id, read_post(request))
    reader = desk.look()
    if reader.ballot is None or reader.wrote_elsewhere or not carries_token(request):
        return desk.show_unconfirmed(desk.card(reader))
    withdraw_consent(reader.ballot)
    return desk.answered(said=_("You will not be quoted."))


@personal("POST")
def follow_up(request: HttpRequest, poll_id: int) -> HttpResponse:
    """Note the address that wants to hear what came of an answer."""
    fields = read_post(request)
    desk = Desk.open(request, poll_id, fields)
    reader = desk.look()
    draft = replace(WordsDraft(), address=fields.get("address", ""))
    try:
        usable_address(draft.address)
        if not carries_token(request) or reader.ballot is None or not reader.has_voted:
            return desk.show_unconfirmed(desk.card(reader, draft=draft))
        request_follow_up(reader.ballot, draft.address, by=keys_of(desk.poll, request))
    except PollError as error:
        return desk.refuse(error, draft=draft)
    return desk.answered()


@personal("GET", "HEAD", "POST")
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Ask the owner of an address whether to write to it; only the button says yes, or removes it."""
    wish = find_follow_up(token)
    if wish is None:
        raise LinkOutdated
    removed = False
    if request.method == "POST":
        removed = "remove" in read_post(request)
        _settle(wish, remove=removed)
    context = {
        "base_template": polls_settings().BASE_TEMPLATE,
        "poll": wish.ballot.poll,
        "follow_up": wish,
        "removed": removed,
        "way_back": path_of_page(wish.ballot.page_ref, request),
    }
    return render(request, "onward_polls/pages/follow_up.html", context)


def _settle(wish: FollowUp, *, remove: bool) -> None:
    if remove:
        forget_follow_up(wish)
    else:
        confirm_follow_up(wish)


class AnswerFirst(BallotIncomplete):
    """Words without a ballot to put them on."""

    def __init__(self) -> None:
        super().__init__(_("Please answer the question first, then add your words."))


class LinkOutdated(PollNotFound):
    """A link to confirm that was never made, or was replaced by a later one."""

    def __init__(self) -> None:
        PollError.__init__(
            self, _("This link is not valid any more. If you gave another address since, use the newer mail.")
        )
