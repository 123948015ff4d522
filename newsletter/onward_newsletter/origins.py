"""Where a form came from."""

from urllib.parse import urlsplit

from django.http import HttpRequest

from .links import base_url


def is_foreign(request: HttpRequest) -> bool:
    """Tell whether a browser says that another site sent this form.

    No Origin is no browser, or an old one, and passes. Browsers write "null" when the page asked for no referrer;
    then Sec-Fetch-Site, which a page cannot set, tells our own form from another's.
    """
    origin = request.headers.get("Origin")
    if not origin:
        return False
    if origin == "null":
        return request.headers.get("Sec-Fetch-Site") not in {"same-origin", "none"}
    try:
        return urlsplit(origin).netloc not in {request.get_host(), urlsplit(base_url()).netloc}
    except ValueError:
        return True
