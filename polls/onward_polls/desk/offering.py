"""Which options a poll offers: adding, putting back, the one called "other", and what they stood for earlier.

Everything here runs inside a transaction that an action or a form has opened.
"""

from collections.abc import Iterable

from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _

from onward_polls.errors import EditRefused
from onward_polls.models import Option, Poll, plain_text


#: More than anybody reads before answering.
MOST_OPTIONS = 50

#: How long the text of an option may be, in characters.
LONGEST_OPTION = 200


def on_offer(poll: Poll) -> "QuerySet[Option]":
    """Return the options of a poll that readers may mark, as the database has them."""
    return Option.objects.filter(poll=poll, retired_at=None)


def had_answered(poll: Poll) -> int | None:
    """Return how many readers have answered a poll and not taken it back; None for nobody."""
    return poll.ballots.standing().count() or None


def offer(poll: Poll, text: str) -> Option:
    """Offer one more option; one that was retired under the same text is put back with its votes.

    Raises EditRefused for an empty or too long text, or when the poll would offer more than MOST_OPTIONS.
    """
    text = checked_text(text)
    same = [option for option in poll.options.all() if plain_text(option.text) == plain_text(text)]
    option: Option | None = min(same, key=lambda each: each.retired_at is not None, default=None)
    if option and option.retired_at is None:
        return option
    if on_offer(poll).count() >= MOST_OPTIONS:
        raise EditRefused(too_many(MOST_OPTIONS + 1))
    if option is None:
        option = Option(poll=poll, text=text, added_after_votes=had_answered(poll))
    option.retired_at, option.sort_order = None, _next_place(poll)
    option.save()
    put_other_last(poll)
    return option


def checked_text(text: str) -> str:
    """Return the text of an option as it is saved, or raise EditRefused."""
    text = " ".join(text.split())
    if not text or "\x00" in text:
        raise EditRefused(_("An option needs a text. Please write one."))
    if len(text) > LONGEST_OPTION:
        raise EditRefused(
            _("An option has at most %(most)d characters, and “%(text)s…” has %(n)d. Please shorten it.")
            % {"most": LONGEST_OPTION, "text": text[:40], "n": len(text)}
        )
    return text


def too_many(n: int) -> str:
    """Return what to say about a poll that would offer this many options."""
    return _(
        "A poll offers at most %(most)d options, and this one would have %(n)d. Please leave some out."
    ) % {
        "most": MOST_OPTIONS,
        "n": n,
    }


def offer_other(poll: Poll, text: str) -> None:
    """Offer the option beside which readers write, under this text; one that was retired is put back."""
    others = Option.objects.filter(poll=poll, is_other=True).order_by("retired_at", "-pk")
    other = others.filter(retired_at=None).first() or others.first()
    if other is None:
        other = Option(poll=poll, is_other=True, added_after_votes=had_answered(poll))
    other.text, other.retired_at = checked_text(text), None
    other.save()
    put_other_last(poll)


def stop_other(poll: Poll) -> None:
    """Offer "other" no longer: it is retired if it has votes, and deleted if not."""
    for other in on_offer(poll).filter(is_other=True):
        other.delete()


def put_other_last(poll: Poll) -> None:
    """Let the option "other" stand after every other one."""
    Option.objects.filter(poll=poll, is_other=True).update(sort_order=_next_place(poll))


def _next_place(poll: Poll) -> int:
    ordinary = Option.objects.filter(Q(is_other=False), poll=poll)
    last: int | None = ordinary.aggregate(last=Max("sort_order"))["last"]
    return 0 if last is None else last + 1


def match_earlier(poll: Poll, options: Iterable[Option]) -> None:
    """Say which option of the followed poll each of these stands for, where the texts are equal.

    What an author has chosen is left alone, and no earlier option is taken twice.
    """
    if poll.follows_id is None:
        return
    mine = Option.objects.filter(poll=poll)
    taken = set(mine.exclude(follows=None).values_list("follows_id", flat=True))
    earlier = Option.objects.filter(poll=poll.follows_id).exclude(pk__in=taken)
    # The last of several with one text wins: one still on offer, and of those the first.
    by_rank = sorted(earlier, key=lambda option: (option.retired_at is None, -option.sort_order))
    free = {_likeness(option): option for option in by_rank}
    for option in options:
        twin = free.pop(_likeness(option), None) if option.follows_id is None else None
        if twin:
            option.follows = twin
            option.save(update_fields=["follows"])


def _likeness(option: Option) -> str:
    # However it is worded, "other" is the same answer in both polls.
    return "" if option.is_other else plain_text(option.text)
