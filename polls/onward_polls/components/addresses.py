"""Where a poll card links and posts to."""

from urllib.parse import urlencode

from django.urls import reverse

from onward_polls.models import Poll


def poll_urls(poll: Poll, *, page_ref: int | None, next_path: str) -> dict[str, str]:
    """Return the addresses a card links and posts to; those that are opened know the way back."""
    way_back = {"page": page_ref, "next": next_path}
    query = urlencode({name: value for name, value in way_back.items() if value})
    page = reverse("onward_polls:poll", args=[poll.pk])
    names = ("words", "stop_quoting", "withdraw", "follow_up")
    posts = {name: reverse(f"onward_polls:{name}", args=[poll.pk]) for name in names}
    return {
        "poll": page,
        "here": f"{page}?{query}" if query else page,
        "change": f"{page}?{urlencode({'change': 1})}{'&' if query else ''}{query}",
        "edit_words": f"{page}?{urlencode({'words': 1})}{'&' if query else ''}{query}",
        **posts,
    }
