"""The results of a poll as data."""

from hashlib import sha256

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import add_never_cache_headers, get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from onward_polls.models import Poll
from onward_polls.placement import is_public
from onward_polls.readers import identity_of, view_reader
from onward_polls.tally import PollTally, read_tally
from onward_polls.wording import caveats, who_answered


@require_safe
def results(request: HttpRequest, poll_id: int) -> HttpResponse:
    """Answer the tally as JSON, or 403 without any number where this reader may not see it.

    ``{"poll", "question", "kind", "n", "lines": [{"option", "text", "count", "share"?, "retired",
    "edited"}], "doors": {door: n}, "first_at", "last_at", "who", "caveats"}``. ``share`` is between 0 and 1,
    and missing where there are too few answers to speak of shares.
    """
    poll = Poll.objects.prefetch_related("options").filter(pk=poll_id, archived_at=None).first()
    if poll is None or not is_public(poll):
        return _refusal(404, _("There is no such poll."))
    if poll.shows_results(voted=False):
        response = JsonResponse(as_json(read_tally(poll, live=False)))
        response["Cache-Control"] = "public, max-age=0, s-maxage=60"
        response["ETag"] = f'"{sha256(response.content).hexdigest()[:24]}"'
        return get_conditional_response(request, etag=response["ETag"], response=response) or response
    if not poll.shows_results(voted=view_reader(poll, identity_of(request)).has_voted):
        return _refusal(403, _("The results of this poll are not shown yet."))
    response = JsonResponse(as_json(read_tally(poll)))
    add_never_cache_headers(response)
    return response


def _refusal(status: int, sentence: str) -> HttpResponse:
    response = JsonResponse({"detail": sentence}, status=status)
    add_never_cache_headers(response)
    return response


def as_json(tally: PollTally) -> dict[str, object]:
    """Return a tally as the values JSON knows."""
    lines = [
        {"option": str(line.option_uuid), "text": line.text, "count": line.count}
        | ({"share": round(line.share, 4)} if tally.shows_percentages else {})
        | {"retired": line.retired, "edited": line.edited}
        for line in tally.lines
    ]
    return {
        "poll": tally.poll_id,
        "question": tally.question,
        "kind": tally.kind,
        "n": tally.n,
        "lines": lines,
        "doors": dict(tally.by_door),
        "first_at": tally.first_at.isoformat() if tally.first_at else None,
        "last_at": tally.last_at.isoformat() if tally.last_at else None,
        "who": who_answered(tally),
        "caveats": caveats(tally),
    }
