"""Taking a quoted sentence, or the name under it, out of issues that are frozen: whoever said it took it back."""

import hashlib
import re
from collections.abc import Callable

from django.db import transaction
from django.utils.html import escape

from onward_newsletter.models import Issue


#: How characters of a text may be written in HTML.
_WRITTEN = {
    "&": "(?:&amp;|&)",
    "<": "(?:&lt;|<)",
    ">": "(?:&gt;|>)",
    "'": "(?:&#x27;|&#39;|')",
    '"': '(?:&quot;|&#34;|")',
}
#: What may stand between two words of a text: spaces, breaks, and the mark of a quotation in plain text.
_BETWEEN = r"(?:\s|&nbsp;|<br\s*/?>|>)+"
#: A name stands at most so many characters behind its sentence.
_NEAR = 600


def replace_quotation(words: str, credit: str, *, new_words: str, new_credit: str) -> int:
    """Replace “words” and the credit that follows them in every frozen issue; return how many issues changed.

    What has been mailed stays in its mailboxes. The page of the issue, and whoever has not been sent it yet, get it as
    it now is, and its hash is made anew. Nothing happens for empty words.
    """
    if not (pattern := _pattern(words)):
        return 0
    near = (
        re.compile(rf"({pattern})(.{{0,{_NEAR}}}?){_pattern(credit)}", re.DOTALL) if credit.strip() else None
    )
    alone = re.compile(pattern, re.DOTALL)
    changed = 0
    with transaction.atomic():
        for issue in Issue.objects.exclude(content_sha256="").filter(html__contains=_longest(words)):
            before = issue.html, issue.text
            issue.html = _replaced(issue.html, alone, near, escape(new_words), escape(new_credit))
            issue.text = _replaced(issue.text, alone, near, new_words, new_credit)
            if before != (issue.html, issue.text):
                issue.content_sha256 = content_hash(issue)
                issue.save(update_fields=["html", "text", "content_sha256"])
                changed += 1
    return changed


def content_hash(issue: Issue) -> str:
    """Return the SHA-256 of what was frozen of an issue, in hexadecimal."""
    frozen = "\0".join((issue.subject, issue.from_header, issue.reply_to, issue.html, issue.text))
    return hashlib.sha256(frozen.encode()).hexdigest()


def _replaced(
    text: str, alone: re.Pattern[str], near: re.Pattern[str] | None, words: str, credit: str
) -> str:
    if near is not None:
        text = near.sub(lambda found: f"{found[1]}{found[2]}{credit}", text)
    # A function, because a text may hold what a replacement would take for a reference.
    put: Callable[[re.Match[str]], str] = lambda _found: words  # noqa: E731 (named for its type)
    return alone.sub(put, text)


def _pattern(text: str) -> str:
    spelled = (
        "".join(_WRITTEN.get(character, re.escape(character)) for character in word) for word in text.split()
    )
    return _BETWEEN.join(spelled)


def _longest(text: str) -> str:
    """Return the longest run of letters, which is written the same everywhere: few issues hold it."""
    return max(re.findall(r"\w+", text), key=len, default="")
