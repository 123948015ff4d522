"""Making a new poll out of an old one."""

from django.db import transaction

from onward_polls.models import Option, Poll, new_salt


def copy_poll(poll: Poll) -> Poll:
    """Return a new poll with the same question and options, no ballots, and no opening or closing time."""
    kept = ("question", "kind", "results_visibility", "allow_change", "ask_words", "words_prompt", "shuffle")
    limits = ("min_votes", "max_votes")
    with transaction.atomic():
        copy: Poll = Poll.objects.create(
            salt=new_salt(), **{name: getattr(poll, name) for name in kept + limits}
        )
        Option.objects.bulk_create(
            Option(poll=copy, text=option.text, sort_order=option.sort_order)
            for option in poll.options.filter(retired_at=None)
        )
    return copy
