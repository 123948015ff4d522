"""An issue's body to a mail: HTML for mail programs by way of MJML, and plain text that reads well."""

from dataclasses import dataclass

from .models import Issue


@dataclass(frozen=True)
class IssueContent:
    """What an app puts into an issue: safe or unsafe HTML (it is cleaned), and text or "" to have it made."""

    html_body: str
    text_body: str = ""
    preview_text: str = ""


@dataclass(frozen=True)
class RenderedIssue:
    """A mail with slots: ``%%token%%``, ``%%personal_line%%``, ``%%unsubscribe_url%%`` and ``%%manage_url%%``."""

    html: str
    text: str

    @property
    def html_bytes(self) -> int:
        """The size of the HTML part in bytes, which is what Gmail's limit counts."""
        return len(self.html.encode())


def render_issue(issue: Issue, content: IssueContent) -> RenderedIssue:
    """Return the whole mail."""
    return RenderedIssue(content.html_body, content.text_body)
