"""Films from elsewhere: which hosts are allowed, and the address of their player.

Nothing is asked of these hosts when a page is written or read. A reader's browser asks them once the reader has
pressed play. The frame hosts here are those the site's Content Security Policy allows.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Frame:
    """A film that can be played inside a page."""

    provider: str
    #: The page of the film, for readers without JavaScript.
    page: str
    #: The player, an address on one of the hosts in ``FRAME_HOSTS``.
    player: str


_YOUTUBE = re.compile(
    r"https://(?:(?:www\.|m\.)?youtube(?:-nocookie)?\.com/(?:watch\?(?:.*&)?v=|embed/|shorts/)|youtu\.be/)([\w-]{11})(?:[?&#].*)?$"
)
_VIMEO = re.compile(r"https://(?:www\.|player\.)?vimeo\.com/(?:video/)?(\d{1,12})(?:[/?#].*)?$")

#: What ``frame-src`` of a Content Security Policy must allow.
FRAME_HOSTS = ("https://www.youtube-nocookie.com", "https://player.vimeo.com")


def frame_for(url: str) -> Frame | None:
    """Return the player of a film's page, or None when its host is not one we allow."""
    if match := _YOUTUBE.match(url):
        player = f"{FRAME_HOSTS[0]}/embed/{match[1]}?autoplay=1"
        return Frame("YouTube", f"https://www.youtube.com/watch?v={match[1]}", player)
    if match := _VIMEO.match(url):
        return Frame(
            "Vimeo", f"https://vimeo.com/{match[1]}", f"{FRAME_HOSTS[1]}/video/{match[1]}?autoplay=1&dnt=1"
        )
    return None
