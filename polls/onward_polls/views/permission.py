"""May we quote you? The link in the mail opens a page; only its button says yes or no."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from onward_polls.actions.permission import answer_permission
from onward_polls.conf import polls_settings
from onward_polls.desk.permission import find_asked
from onward_polls.errors import PollError
from onward_polls.models import Ballot
from onward_polls.posts import read_post

from .answering import personal


class PermissionLinkOutdated(PollError):
    """A link that was never sent, or whose sentence is gone."""

    status = 404

    def __init__(self) -> None:
        super().__init__(
            _("There is nothing to decide here any more: the sentence was taken back, so it is not quoted.")
        )


@personal("GET", "HEAD", "POST")
def permission(request: HttpRequest, token: str) -> HttpResponse:
    """Show the sentence with the choices, or note what the reader chose."""
    ballot = find_asked(token)
    if ballot is None:
        raise PermissionLinkOutdated
    if request.method != "POST":
        return _show(request, ballot)
    fields = read_post(request)
    consent, credit = fields.get("consent", ""), fields.get("credit", "")
    try:
        ballot = answer_permission(ballot, consent=consent, credit=credit)
    except PollError as error:
        typed = {"consent": consent, "credit": credit, "error": str(error)}
        return _show(request, ballot, status=error.status, **typed)
    return _show(request, ballot, saved=True)


def _show(request: HttpRequest, ballot: Ballot, *, status: int = 200, **shown: object) -> HttpResponse:
    context = {
        "base_template": polls_settings().BASE_TEMPLATE,
        "ballot": ballot,
        "poll": ballot.poll,
        "consents": Ballot.Consent.choices,
        "consent": ballot.consent,
        "credit": ballot.credit,
        **shown,
    }
    return render(request, "onward_polls/pages/permission.html", context, status=status)
