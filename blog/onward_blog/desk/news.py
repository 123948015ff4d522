"""What came in, in a sentence."""

from collections.abc import Iterator, Mapping

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .numbers import shown


def news_line(new: Mapping[str, int]) -> str:
    """Return "31 answers (4 with a sentence), 3 comments and 1 new subscriber", or "" when nothing came."""
    return get_text_list(list(_pieces(new)), _("and"))


def _pieces(new: Mapping[str, int]) -> Iterator[str]:
    if n := new.get("answers", 0):
        text = ngettext("%(n)s answer", "%(n)s answers", n) % {"n": shown(n)}
        words = new.get("words", 0)
        yield (
            _("%(answers)s (%(words)s with a sentence)")
            % {
                "answers": text,
                "words": shown(words),
            }
            if words
            else text
        )
    if n := new.get("comments", 0):
        yield ngettext("%(n)s comment", "%(n)s comments", n) % {"n": shown(n)}
    if n := new.get("shares", 0):
        yield ngettext("%(n)s share", "%(n)s shares", n) % {"n": shown(n)}
    if n := new.get("arrivals", 0):
        yield ngettext("%(n)s arrival by a share", "%(n)s arrivals by shares", n) % {"n": shown(n)}
    if n := new.get("subscribers", 0):
        yield ngettext("%(n)s new subscriber", "%(n)s new subscribers", n) % {"n": shown(n)}
