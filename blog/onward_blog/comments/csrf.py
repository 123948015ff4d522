"""Checking the token of a form that may have been sent without one."""

from django.http import HttpRequest, HttpResponse
from rest_framework.authentication import CSRFCheck


def has_valid_token(request: HttpRequest) -> bool:
    """Return whether the request carries the token of its own browser, as Django's middleware would ask for it."""
    check = CSRFCheck(lambda request: HttpResponse())
    check.process_request(request)
    return check.process_view(request, None, (), {}) is None
