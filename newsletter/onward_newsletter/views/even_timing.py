"""Answers that tell nobody by how long they take whether an address is known (reliability S3)."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from onward_newsletter.conf import get_settings


def evenly_timed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let every answer to a POST take a whole multiple of ``ANSWER_SECONDS``.

    To write a mail takes a few milliseconds more than to write none, and whoever asks often enough can tell.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        began = time.monotonic()
        response = view(request, *args, **kwargs)
        tick = get_settings().ANSWER_SECONDS
        if request.method == "POST" and tick > 0:
            time.sleep(tick - (time.monotonic() - began) % tick)
        return response

    return wrapped
