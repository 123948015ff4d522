"""Readers of one poll who hold a cookie and a token; run as a program inside the site that knows its secrets."""

import json
import sys
from collections.abc import Iterator
from typing import Any

from tests.bench.load import request


def a_public_poll() -> Any:
    """Make a poll with five answers that stands on a live page, as readers meet it."""
    from wagtail.models import Site

    from onward_blog.pages.models import ArticlePage, SeriesPage
    from onward_polls.models import Option, Poll

    poll = Poll.objects.create(question="What takes most of your week?")
    Option.objects.bulk_create(
        Option(poll=poll, text=text, sort_order=place)
        for place, text in enumerate(["Repairs", "Selling", "Reports", "Coaching", "Meetings"])
    )
    home = Site.objects.get(is_default_site=True).root_page
    series = home.add_child(instance=SeriesPage(title="Bench", slug=f"bench-{poll.pk}"))
    series.add_child(instance=ArticlePage(title="Bench", slug="bench", body=[("poll", poll)]))
    return poll


def requests_of(poll: Any, readers: int, turn: int, *, script: bool = False) -> Iterator[str]:
    """Write one POST of every reader; in another turn the same reader marks another answer.

    The readers come from as many networks as readers do.
    """
    options = [str(option.uuid) for option in poll.options.all()]
    headers = {"X_Requested_With": "onward"} if script else {}
    for number, (cookie, token) in enumerate(_identities(readers)):
        body = f"option={options[(number + turn) % len(options)]}&csrfmiddlewaretoken={token}"
        network = f"10.{number // 250 % 250}.{number % 250}.7"
        yield request("POST", f"/polls/{poll.pk}/", body, Cookie=cookie, X_Forwarded_For=network, **headers)


_known: list[tuple[str, str]] = []


def _identities(readers: int) -> list[tuple[str, str]]:
    while len(_known) < readers:
        _known.append(an_identity())
    return _known[:readers]


def an_identity() -> tuple[str, str]:
    """Return what a browser sends once it has pressed a button: its cookies, and the token of its form."""
    from django.conf import settings
    from django.http import HttpRequest, HttpResponse
    from django.middleware.csrf import CsrfViewMiddleware, get_token

    from onward_polls.readers import ensure_identity

    asked, response = HttpRequest(), HttpResponse()
    asked.META["SERVER_NAME"] = settings.ALLOWED_HOSTS[0]
    ensure_identity(asked, response)
    token = get_token(asked)
    CsrfViewMiddleware(lambda _request: response).process_response(asked, response)
    return "; ".join(f"{name}={morsel.value}" for name, morsel in response.cookies.items()), token


def main(poll_id: int, readers: int) -> None:
    """Print a list of requests: a first vote of each reader."""
    import django

    django.setup()
    from onward_polls.models import Poll

    sys.stdout.write(json.dumps(list(requests_of(Poll.objects.get(pk=poll_id), readers, 0))))


def write_rounds(path: str, rounds: int, size: int) -> None:
    """Make a poll and write {"poll": id, "first": rounds of requests, "change": …, "script": …} into a file."""
    import django

    django.setup()
    poll = a_public_poll()
    readers = rounds * size
    plain = {name: list(requests_of(poll, readers, turn)) for turn, name in enumerate(("first", "change"))}
    plain["script"] = list(requests_of(poll, 2 * readers, 0, script=True))[readers:]
    pieces = {
        name: [requests[start : start + size] for start in range(0, readers, size)]
        for name, requests in plain.items()
    }
    with open(path, "w") as file:
        json.dump({"poll": poll.pk, **pieces}, file)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        main(int(sys.argv[1]), int(sys.argv[2]))
    else:
        write_rounds(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
