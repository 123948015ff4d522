"""Making a new poll out of an old one."""

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from onward_polls.desk.offering import match_earlier
from onward_polls.models import Option, Poll, new_salt


#: What a copy takes over. Its times, its ballots and the poll it follows are its own.
KEPT = (
    "question",
    "kind",
    "results_visibility",
    "allow_change",
    "ask_words",
    "words_prompt",
    "shuffle",
    "low_label",
    "high_label",
    "roles",
    "min_votes",
    "max_votes",
)
KEPT_OF_OPTION = ("text", "image_id", "is_other", "sort_order")


def copy_poll(poll: Poll) -> Poll:
    """Return a new poll with the same question and the options on offer, and no ballots, times or earlier poll."""
    with transaction.atomic():
        copy: Poll = Poll.objects.create(salt=new_salt(), **{name: getattr(poll, name) for name in KEPT})
        Option.objects.bulk_create(
            Option(poll=copy, **{name: getattr(option, name) for name in KEPT_OF_OPTION})
            for option in Option.objects.filter(poll=poll, retired_at=None)
        )
    return copy


def ask_again(poll: Poll) -> Poll:
    """Return a copy that follows this poll, each option standing for the earlier one with the same text.

    A copy made earlier that can still be answered, and that nobody has answered, is returned instead of another.
    """
    with transaction.atomic():
        # Two presses of the button shall not make two copies.
        Poll.objects.select_for_update().get(pk=poll.pk)
        usable = Q(closes_at=None) | Q(closes_at__gt=Now())
        waiting = Poll.objects.filter(usable, follows=poll, ballots=None, archived_at=None)
        unanswered: Poll | None = waiting.order_by("pk").first()
        if unanswered:
            return unanswered
        copy = copy_poll(poll)
        copy.follows = poll
        copy.save(update_fields=["follows"])
        match_earlier(copy, Option.objects.filter(poll=copy))
    return copy
