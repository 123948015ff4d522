"""Taking one person out of the ballots, while the published counts stay what they were."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from .actions import withdraw_consent
from .models import Ballot, FollowUp, ReaderLink, new_salt
from .readers import ballots_of


def export_answers(*, identity: str | None, address: str) -> list[dict[str, Any]]:
    """Return every ballot of an identity or with a follow-up to an address, ready for JSON.

    Keys: ``poll``, ``options`` (texts), ``words``, ``consent``, ``credit``, ``cast_at`` (ISO 8601, UTC), ``door``,
    ``wants_to_be_told`` (whether a follow-up was asked for).
    """
    return [
        {
            "poll": ballot.poll.question,
            "options": [vote.option.text for vote in ballot.votes.select_related("option")],
            "words": ballot.words,
            "consent": ballot.consent,
            "credit": ballot.credit,
            "cast_at": ballot.cast_at.isoformat(),
            "door": ballot.door,
            "wants_to_be_told": FollowUp.objects.filter(ballot=ballot).exists(),
        }
        for ballot in _ballots(identity, address)
    ]


def erase_answers(identity: str | None, *, address: str = "") -> int:
    """Remove everything that leads from ballots to a person; return how many.

    They are the ballots of one identity, and those whose follow-up was asked for at ``address``. The votes stay in
    the published counts, under a key that nobody can compute again.
    """
    ballots = _ballots(identity, address)
    for ballot in ballots:
        withdraw_consent(ballot)
        with transaction.atomic():
            ReaderLink.objects.filter(poll=ballot.poll, reader_key=ballot.reader_key).delete()
            FollowUp.objects.filter(ballot=ballot).delete()
            Ballot.objects.filter(pk=ballot.pk).update(
                words="", credit="", reader_key=new_salt() + new_salt()
            )
    return len(ballots)


def _ballots(identity: str | None, address: str) -> list[Ballot]:
    found: Iterable[Ballot] = ballots_of(identity) if identity else ()
    if address:
        asked = Ballot.objects.filter(follow_up__address__iexact=address).select_related("poll")
        found = [*found, *asked]
    return list({ballot.pk: ballot for ballot in found}.values())
