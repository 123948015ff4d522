"""Pages and forms of comments."""

from django.http import Http404, HttpRequest, HttpResponse


def _later(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise Http404


read_comments = write_comment = comment_sent = find_comment = confirm = mute = _later
