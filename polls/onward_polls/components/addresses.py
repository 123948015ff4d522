"""Where a poll card links and posts to."""

from urllib.parse import urlencode

from django.urls import reverse

from onward_polls.models import Poll


def poll_urls(poll: Poll, *, page_ref: int | None, next_path: str) -> dict[str, str]:
    """Return the addresses a card links and posts to; those that are opened know the way back."""
    page, query = reverse("onward_polls:poll", args=[poll.pk]), _way_back(page_ref, next_path)
    names = ("words", "stop_quoting", "withdraw", "follow_up")
    posts = {name: reverse(f"onward_polls:{name}", args=[poll.pk]) for name in names}
    return {
        "poll": page,
        "here": poll_path(poll, page_ref=page_ref, next_path=next_path),
        "change": f"{page}?{urlencode({'change': 1})}{'&' if query else ''}{query}",
        "edit_words": f"{page}?{urlencode({'words': 1})}{'&' if query else ''}{query}",
        "mine": reverse("onward_polls:mine"),
        **posts,
    }


def poll_path(poll: Poll, *, page_ref: int | None, next_path: str) -> str:
    """Return the address of the poll's own page that knows the way back."""
    return with_way_back(reverse("onward_polls:poll", args=[poll.pk]), page_ref=page_ref, next_path=next_path)


def with_way_back(page: str, *, page_ref: int | None, next_path: str) -> str:
    """Return the path of a page of ours with what it needs to know the way back."""
    query = _way_back(page_ref, next_path)
    return f"{page}?{query}" if query else page


def _way_back(page_ref: int | None, next_path: str) -> str:
    given = {"page": page_ref, "next": next_path}
    return urlencode({name: value for name, value in given.items() if value})
