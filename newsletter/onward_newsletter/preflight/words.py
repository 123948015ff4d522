"""Words: the subject, the preview text, and what an author meant to come back to."""

import re
from collections.abc import Iterator
from html import unescape

from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from onward_newsletter.mail_blocks import Block
from onward_newsletter.models import Issue
from onward_newsletter.rendering import RenderedIssue

from . import places
from .findings import Finding, error, warning


#: What writers put where something is still to come. Case counts, but for the filler text.
LEFTOVER = re.compile(r"\b(?:TK)+\b|\bTODO\b|\bXXX\b|\bFIXME\b|(?i:\blorem ipsum\b)|\[\s*\]")
CODE = re.compile(r"<code>.*?</code>", re.DOTALL)

#: More of a subject is cut off by most mail programs, in characters.
LONG_SUBJECT = 78


def about_words(issue: Issue, rendered: RenderedIssue) -> Iterator[Finding]:
    """Yield what is missing or left over in the words of an issue."""
    yield from _about_subject(issue)
    yield from _about_preview(issue)
    for part, blocks in rendered.parts.items():
        for block in blocks:
            yield from _leftovers(issue, part, block)


def _about_subject(issue: Issue) -> Iterator[Finding]:
    link = places.field_link(issue, "subject")
    if not issue.subject.strip():
        yield error(_("The subject is empty."), _("Write what the mail is about."), link)
    if len(issue.subject) > LONG_SUBJECT:
        yield warning(
            _("The subject has %(number)d characters.") % {"number": len(issue.subject)},
            _("Mail programs cut off what is behind about %(number)d. Shorten it.")
            % {"number": LONG_SUBJECT},
            link,
        )
    if found := LEFTOVER.search(issue.subject):
        yield error(*_still_there(found[0]), link)


def _about_preview(issue: Issue) -> Iterator[Finding]:
    link = places.field_link(issue, "preview_text")
    if not issue.preview_text.strip():
        yield warning(
            _("There is no preview text, so phones show the first words of the mail."),
            _("Write the one sentence that should stand beside the subject."),
            link,
        )
    if found := LEFTOVER.search(issue.preview_text):
        yield error(*_still_there(found[0]), link)


def _leftovers(issue: Issue, part: str, block: Block) -> Iterator[Finding]:
    """Look outside code, where such words are meant; somebody else's words may hold anything."""
    if block.kind == "pre":
        return
    words = block.text if block.kind == "image" else unescape(strip_tags(CODE.sub("", block.html)))
    if found := LEFTOVER.search(words):
        make = warning if block.is_quoted else error
        yield make(*_still_there(found[0]), places.block_link(issue, part, block))


def _still_there(found: str) -> tuple[str, str]:
    return (
        _("“%(words)s” is still there.") % {"words": found},
        _("Write what belongs in its place; mark it as code if it is meant."),
    )
