"""Counting shares and arrivals, and the small pages behind the links."""

from django.http import Http404, HttpRequest, HttpResponse


def _later(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise Http404


arrived = share = go = _later
