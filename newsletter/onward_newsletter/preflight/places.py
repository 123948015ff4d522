"""Where in the admin a finding is put right."""

from urllib.parse import quote

from django.urls import reverse

from onward_newsletter.mail_blocks import Block
from onward_newsletter.models import Issue


#: Where the fields of an issue's form stand, by Wagtail's ids of panels.
FIELDS = {name: f"#panel-{name}-section" for name in ("subject", "preview_text", "intro", "outro")}


def field_link(issue: Issue, name: str) -> str:
    """Return the path of a field of the issue's form."""
    if issue._state.adding:
        return ""
    return reverse("onward_newsletter_issues:edit", args=[issue.pk]) + FIELDS[name]


def newsletter_link(issue: Issue) -> str:
    """Return the path of the newsletter's form, with its sender."""
    return reverse("onward_newsletter_newsletters:edit", args=[issue.newsletter_id])


def page_link(issue: Issue) -> str:
    """Return the path of the page's editor, or "" for an issue without a page."""
    return reverse("wagtailadmin_pages:edit", args=[issue.page_id]) if issue.page_id else ""


def block_link(issue: Issue, part: str, block: Block) -> str:
    """Return the path of a block in the page's editor, or of the field it was typed into."""
    if part != "body":
        return field_link(issue, part)
    page = page_link(issue)
    return f"{page}#block-{quote(block.origin, safe='')}-section" if page and block.origin else page
