"""Where each line of a generated text comes from: the screens behind a roundup, one click away from the editor."""

from typing import Any

from django.apps import apps
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from .components import address_of, part_name, permalink
from .reading import FrozenQuestion, Reading


#: Longer questions are cut in the text of a link.
MOST_CHARACTERS = 60


def sources_of(roundup: Any | None, *, leading_only: bool = False) -> list[tuple[str, str]]:
    """Return (text, address) of the screens that a roundup was counted from, each question first; none without one.

    With ``leading_only`` of the question that most readers answered, and of no other.
    """
    if roundup is None:
        return []
    reading = Reading(roundup.data)
    questions = [reading.leading] if leading_only and reading.leading else reading.questions
    links = [link for question in questions for link in _of_question(question)]
    if roundup.page_id and not reading.is_empty:
        responses = address_of("onward_blog_desk:responses", roundup.page_id)
        links.append((_("Everything readers did with %(part)s") % {"part": part_name(reading)}, responses))
    links.append((_("All numbers, as they are frozen"), permalink(roundup)))
    return [(text, address) for text, address in links if address]


def source_of_quote(quote: Any) -> str:
    """Return the address of the screen where a reader wrote this; "" where there is none, or it was taken back."""
    if quote.withdrawn_at:
        return ""
    if quote.source == "comments":
        return address_of("onward_blog:comment", quote.source_key)
    if quote.source == "questions":
        return address_of("onward_blog:question", quote.source_key)
    about = Reading(quote.roundup.data).about(quote.source, quote.source_key)
    if not about.startswith("poll:") or not apps.is_installed("onward_polls"):
        return ""
    from onward_blog.responses.polls.screens import screens_of

    return f"{screens_of(int(about.removeprefix('poll:')))['words']}#words-{quote.source_key}"


def _of_question(question: FrozenQuestion) -> list[tuple[str, str]]:
    if not apps.is_installed("onward_polls"):
        return []
    from onward_blog.responses.polls.screens import screens_of

    screens = screens_of(question.poll_id)
    name = {"question": Truncator(question.wording).chars(MOST_CHARACTERS)}
    links = [(_("Answers to “%(question)s”") % name, screens["numbers"])] if question.lines else []
    if question.words:
        links.append((_("Sentences on “%(question)s”") % name, screens["words"]))
    return links
