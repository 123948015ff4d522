"""A comment's text as HTML, made once when it is written.

What a reader types is text and never markup: it is escaped, put into paragraphs, and addresses in it become links.
The result goes through nh3 with a list of what may remain, so that a mistake in the first step still harms nobody.
"""

import re
import unicodedata

import nh3
from django.utils.html import urlize
from django.utils.safestring import SafeString, mark_safe


#: Raise it when the HTML made from the same text changes; older comments can then be found and made again.
HTML_VERSION = 1
TAGS = {"p", "br", "a"}
SCHEMES = {"http", "https", "mailto"}
REL = "nofollow ugc noopener noreferrer"

#: Control characters but tab and line feed, and the marks that turn the direction of what stands around them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
#: More marks on one letter than any script needs; they would grow into the lines above and below.
_MARKS_KEPT = 4


def clean_text(raw: str) -> str:
    """Return what was typed without characters nobody sees, with at most one empty line in a row."""
    text = unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n"))
    text = _few_marks(_UNSEEN.sub("", text))
    return re.sub(r"\n[ \t]*(?:\n[ \t]*)+", "\n\n", text).strip()


def clean_name(raw: str) -> str:
    """Return a name on one line."""
    return " ".join(clean_text(raw).split())


def render_comment(text: str) -> SafeString:
    """Return the text as paragraphs with links; only ``p``, ``br`` and ``a`` with a safe ``href`` remain."""
    paragraphs = (_linked(part) for part in clean_text(text).split("\n\n") if part)
    html = "".join(f"<p>{part}</p>" for part in paragraphs)
    return mark_safe(  # noqa: S308 (nh3 has just made it safe)
        nh3.clean(html, tags=TAGS, attributes={"a": {"href"}}, url_schemes=SCHEMES, link_rel=REL)
    )


def count_links(html: str) -> int:
    """Return how many links a rendered comment has."""
    return html.count("<a ")


def _linked(paragraph: str) -> str:
    return str(urlize(paragraph, trim_url_limit=60, autoescape=True)).replace("\n", "<br>")


def _few_marks(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MARKS_KEPT:
            kept.append(character)
    return "".join(kept)
