"""An issue to a mail: HTML for mail programs by way of MJML, and plain text from the same blocks.

The only module that knows MRML. No font, script, style sheet or picture is loaded from anywhere but the site itself,
and nothing counts who opens or follows what.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import mrml
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import escape

from . import links
from .mail_blocks import Block
from .mail_parser import blocks_of
from .mail_text import text_of
from .models import Issue


#: What stands between these is one recipient's own, and is left out of the version for the web.
PERSONAL = re.compile(r"<!--onward:personal-->.*?<!--/onward:personal-->", re.DOTALL)

#: A link made for each recipient, in frozen HTML; MRML writes attributes in double quotes.
SLOT_LINK = re.compile(r'href="[^"]*%%[^"]*"')
SLOT = re.compile(r"%%\w+%%")

#: The widest an image is shown, in CSS pixels: the column less its margins.
MAX_IMAGE_WIDTH = 560

#: Invisible, and as wide as a list of mails shows: behind a short preview text no words of the mail follow.
AFTER_PREVIEW = "\u00a0\u200c"
SHOWN_BESIDE_SUBJECT = 150

#: A web address written out in plain text, without the full stop or bracket behind it.
WEB_ADDRESS = re.compile(r"""(https?://[^\s<>"']*[^\s<>"'.,;:!?)\]])""")

DARK_RULE = "@media (prefers-color-scheme: dark)"


#: What XML 1.0 has no place for (section 2.2), so that nobody's paste can keep a mail from being made.
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")


@dataclass(frozen=True)
class IssueContent:
    """What an app puts into an issue: HTML (it is cleaned here), and text, or "" to have it made from the HTML.

    ``html_body`` may hold links with the slot ``%%token%%``; ``mail_parser`` says which elements are understood.
    ``preview_text`` is offered to the author when the issue is made.
    """

    html_body: str
    text_body: str = ""
    preview_text: str = ""


@dataclass(frozen=True)
class RenderedIssue:
    """A mail with slots: ``%%token%%``, ``%%unsubscribe_url%%``, ``%%manage_url%%``, and two lines of text.

    ``%%personal_line%%`` stands under the title and ``%%closing_line%%`` at the end; who has none is shown nothing.
    """

    html: str
    text: str
    #: Whether there is anything to read beside the frame.
    has_body: bool = True
    #: What it was made of: "intro", "body" and "outro", each a list of blocks. Empty for a frozen one.
    parts: Mapping[str, Sequence[Block]] = field(default_factory=dict)

    @property
    def html_bytes(self) -> int:
        """The size of the HTML part in bytes, which is what Gmail's limit of 102 KB counts."""
        return len(self.html.encode())


def render_issue(issue: Issue, content: IssueContent) -> RenderedIssue:
    """Return the whole mail, the same for every recipient but for its slots, in the site's language.

    An author who works in another language previews what readers will get, not a translation of its frame.

    Raises OSError when MRML cannot read what the template ``onward_newsletter/mail/issue.mjml`` makes, which can
    only happen to a template that a project has replaced.
    """
    with translation.override(settings.LANGUAGE_CODE):
        return _render(issue, content)


def _render(issue: Issue, content: IssueContent) -> RenderedIssue:
    opening, body = _opening(_blocks(content.html_body))
    context = _frame(issue) | {
        "title": "" if opening else _title(issue),
        "opening": opening,
        "intro": _blocks(_paragraphs(issue.intro)),
        "body": body,
        "outro": _blocks(_paragraphs(issue.outro)),
    }
    mjml = NO_XML.sub("", render_to_string("onward_newsletter/mail/issue.mjml", context))
    html = mrml.to_html(mjml, None, mrml.RenderOptions(fonts={})).content
    has_body = bool(body or context["intro"] or context["outro"])
    parts = {"intro": context["intro"], "body": [*opening, *body], "outro": context["outro"]}
    return RenderedIssue(html, _text(context, content.text_body), has_body, parts)


def _opening(blocks: list[Block]) -> tuple[list[Block], list[Block]]:
    """Split off the title that a body brings itself, with what stands above it."""
    end = next((place for place, block in enumerate(blocks[:4], start=1) if block.kind == "h1"), 0)
    return blocks[:end], blocks[end:]


def _frame(issue: Issue) -> dict[str, Any]:
    return {
        "issue": issue,
        "newsletter": issue.newsletter,
        "topic": issue.topic,
        "language": settings.LANGUAGE_CODE,
        "home_url": links.base_url() + "/",
        "page_url": page_url(issue),
        "issue_url": links.issue_url(issue) if issue.pk else "",
        "max_image_width": MAX_IMAGE_WIDTH,
        "after_preview": AFTER_PREVIEW * max(0, (SHOWN_BESIDE_SUBJECT - len(issue.preview_text)) // 2),
    }


def _text(context: dict[str, Any], given_body: str) -> str:
    parts = {
        "opening_text": "" if given_body.strip() else text_of(context["opening"]),
        "intro_text": text_of(context["intro"]),
        "body_text": given_body.strip() or text_of(context["body"]),
        "outro_text": text_of(context["outro"]),
    }
    text = render_to_string("onward_newsletter/mail/issue.txt", context | parts)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _title(issue: Issue) -> str:
    return issue.page.title if issue.page else issue.subject


def _blocks(html: str) -> list[Block]:
    hosts = {urlsplit(address).netloc for address in (settings.MEDIA_URL, settings.STATIC_URL)}
    return blocks_of(html, base_url=links.base_url(), image_hosts=frozenset(hosts - {""}))


def _paragraphs(text: str) -> str:
    pieces = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return "".join(f"<p>{_linked(piece).replace(chr(10), '<br>')}</p>" for piece in pieces if piece)


def _linked(text: str) -> str:
    """Return plain text as HTML, with a link where a web address stands written out."""
    pieces = WEB_ADDRESS.split(text)
    return "".join(
        f'<a href="{escape(piece)}">{escape(piece)}</a>' if place % 2 else escape(piece)
        for place, piece in enumerate(pieces)
    )


def first_paragraph(html: str) -> str:
    """Return the text of the first real paragraph of an HTML fragment, or ""."""
    return next((" ".join(block.text.split()) for block in _blocks(html) if block.kind == "p"), "")


def page_url(issue: Issue) -> str:
    """Return the full address of the issue's page, or "" when it has none."""
    path = issue.page.relative_url(None) if issue.page else None
    return urljoin(links.base_url() + "/", path) if path else ""


def web_version(issue: Issue) -> str:
    """Return the frozen HTML of an issue for a browser: nothing in it is one recipient's own.

    Links made for each recipient lead to the page instead, where everybody can answer.
    """
    instead = page_url(issue) or links.base_url() + "/"
    # As a page of its own it needs a main part; as a mail it must not claim to be one.
    html = PERSONAL.sub("", issue.html).replace('role="article"', 'role="main"', 1)
    return SLOT.sub("", SLOT_LINK.sub(f'href="{escape(instead)}"', html))


def preview_version(part: str, *, is_dark: bool = False) -> str:
    """Return one part of a mail as the author's preview shows it: links of recipients lead nowhere.

    It is light or dark as asked for, whatever the author's own screen prefers.
    """
    shown = SLOT.sub("", SLOT_LINK.sub('href="#"', part))
    if is_dark:
        shown = shown.replace(DARK_RULE, "@media all").replace(
            "color-scheme: light dark", "color-scheme: dark"
        )
    else:
        shown = shown.replace(DARK_RULE, "@media not all")
    return shown.replace("color-scheme: light dark", "color-scheme: light")
