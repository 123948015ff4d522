"""Answering from a mail: the link opens a page, the button counts."""

from dataclasses import replace
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from onward_polls.actions import cast_from_mail
from onward_polls.ballots.ballot_rules import find_options
from onward_polls.components import State
from onward_polls.errors import PollError
from onward_polls.models import Option
from onward_polls.placement import is_public, path_of_page
from onward_polls.posts import Place, read_post
from onward_polls.readers import MailReader, ensure_identity, resolve_mail_token, view_reader

from .answering import Desk, personal
from .filled import Filled


class MailLinkUnknown(PollError):
    """A link from a mail that was never sent, or whose receiver was erased."""

    status = 404

    def __init__(self, option: Option | None) -> None:
        if option and is_public(option.poll):
            self.way_on = reverse("onward_polls:poll", args=[option.poll_id])
        super().__init__(
            _(
                "This link does not belong to a mail we know, so nothing was counted. You can answer on the page instead."
            )
            if self.way_on
            else _("This link does not belong to a mail we know, so nothing was counted.")
        )


@personal("GET", "HEAD", "POST")
def vote(request: HttpRequest, token: str, option_uuid: UUID) -> HttpResponse:
    """Show the poll with the option from the mail marked, or count what the reader sent from there."""
    fields = read_post(request) if request.method == "POST" else QueryDict()
    reader = resolve_mail_token(token)
    option = Option.objects.filter(uuid=option_uuid).select_related("poll").first()
    if reader is None or option is None:
        raise MailLinkUnknown(option)
    desk = Desk.open(request, option.poll_id, fields)
    way_back = desk.place.next_path or path_of_page(reader.page_ref, request)
    desk = Desk(request, desk.poll, Place(reader.page_ref, way_back), reader.identity)
    if request.method == "POST":
        filled = Filled.read(desk.poll, fields)
        return _count(desk, reader, filled if filled.marked else replace(filled, marked=[str(option_uuid)]))
    return _show(desk, reader, Filled([str(option_uuid)]))


def _show(desk: Desk, reader: MailReader, filled: Filled, error: PollError | None = None) -> HttpResponse:
    """Show the form with what was marked here; of what the receiver said before, only that something was said."""
    before = view_reader(desk.poll, reader.identity)
    card = desk.card(
        before,
        state=State.CHANGE if before.has_voted else State.BALLOT,
        **filled.shown(desk.poll),
        error=str(error) if error else "",
        mail_hint=reader.hint,
        mail_path=desk.request.path,
    )
    return desk.show(card, status=error.status if error else 200)


def _count(desk: Desk, reader: MailReader, filled: Filled) -> HttpResponse:
    response = desk.see_other()
    browser = ensure_identity(desk.request, response)
    try:
        options = find_options(desk.poll, filled.marked)
        cast_from_mail(
            desk.poll,
            identity=reader.identity,
            browser=browser,
            address=reader.address,
            options=options,
            page_ref=reader.page_ref,
            words=filled.other,
            role=filled.role,
            network=desk.network,
            wording=filled.wording,
        )
    except PollError as error:
        return _show(desk, reader, filled, error)
    return response
