"""The results of a poll as data."""

from hashlib import sha256

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import add_never_cache_headers, get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from onward_polls.components import PollResults, earlier_tally
from onward_polls.models import Poll
from onward_polls.placement import is_public
from onward_polls.readers import view_request
from onward_polls.results.data import as_json
from onward_polls.tally import read_tally


@csrf_exempt
@require_safe
def results(request: HttpRequest, poll_id: int) -> HttpResponse:
    """Answer the tally as JSON, or 403 without any number where this reader may not see it.

    What it holds, ``result_data.as_json`` says.
    """
    poll = (
        Poll.objects.select_related("breakdown", "follows")
        .prefetch_related("options")
        .filter(pk=poll_id, archived_at=None)
        .first()
    )
    if poll is None or not is_public(poll):
        return _refusal(404, _("There is no such poll."))
    if poll.shows_results(voted=False):
        then = earlier_tally(poll, answered=False, live=False)
        response = JsonResponse(as_json(PollResults(read_tally(poll, live=False), then, poll=poll)))
        response["Cache-Control"] = "public, max-age=0, s-maxage=60"
        response["ETag"] = f'"{sha256(response.content).hexdigest()[:24]}"'
        answer = get_conditional_response(request, etag=response["ETag"], response=response) or response
        # Everybody may see these numbers, so scripts of other sites may too; nothing else here says so.
        answer["Access-Control-Allow-Origin"] = "*"
        return answer
    reader = view_request(poll, request)
    if not poll.shows_results(voted=reader.has_voted):
        return _refusal(403, _("The results of this poll are not shown yet."))
    then = earlier_tally(poll, answered=reader.answered_before, live=True)
    response = JsonResponse(as_json(PollResults(read_tally(poll), then, poll=poll)))
    add_never_cache_headers(response)
    return response


def _refusal(status: int, sentence: str) -> HttpResponse:
    response = JsonResponse({"detail": sentence}, status=status)
    add_never_cache_headers(response)
    return response
