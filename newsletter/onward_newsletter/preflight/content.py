"""The body: that there is one, how large it is, its images, and the way out of the list."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from onward_newsletter.conf import get_settings
from onward_newsletter.mail_blocks import Block
from onward_newsletter.models import Issue
from onward_newsletter.rendering import RenderedIssue

from . import places
from .findings import Finding, error, warning


#: From this share of the limit on, an author is told that it is near.
NEAR = 0.9


def about_content(issue: Issue, rendered: RenderedIssue) -> Iterator[Finding]:
    """Yield what is wrong with the mail as a whole, and with its images."""
    if not rendered.has_body:
        yield error(
            _("The issue has no content yet."),
            _("Write something before the article."),
            places.field_link(issue, "intro"),
        )
    yield from _about_size(issue, rendered)
    yield from _about_the_way_out(rendered)
    for part, blocks in rendered.parts.items():
        for block in blocks:
            if block.kind == "image":
                yield from _about_image(block, places.block_link(issue, part, block))


def _about_size(issue: Issue, rendered: RenderedIssue) -> Iterator[Finding]:
    limit, size = get_settings().MAX_HTML_BYTES, rendered.html_bytes
    words = {"size": size // 1024, "limit": limit // 1024}
    cure = _("Send an excerpt, or mark some blocks as only for the website.")
    link = places.field_link(issue, "intro")
    if size > limit:
        yield error(
            _("The issue is %(size)d KB long. Gmail cuts it off at %(limit)d KB.") % words, cure, link
        )
    elif size > limit * NEAR:
        yield warning(
            _("The issue is %(size)d KB long, close to the %(limit)d KB at which Gmail cuts it off.") % words,
            cure,
            link,
        )


def _about_the_way_out(rendered: RenderedIssue) -> Iterator[Finding]:
    for part, name in ((rendered.html, "issue.mjml"), (rendered.text, "issue.txt")):
        if "%%unsubscribe_url%%" not in part:
            yield error(
                _("The mail has no link to unsubscribe."),
                _("Put %%%%unsubscribe_url%%%% into this project's template onward_newsletter/mail/%(name)s.")
                % {"name": name},
            )


def _about_image(block: Block, link: str) -> Iterator[Finding]:
    if not block.text:
        yield warning(
            _("An image has no description. Where images are not loaded, nothing stands in its place."),
            _("Describe what it shows, unless it only decorates."),
            link,
        )
    if block.width is None:
        yield warning(
            _("An image has no width, so it is shown as wide as the text."),
            _("Choose it anew, or give it a width."),
            link,
        )
