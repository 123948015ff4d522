"""Taking one person out of the ballots, while the published counts stay what they were."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q

from .actions import withdraw_consent
from .ballots.ballot_box import lock_ballots, share_poll
from .models import Ballot, FollowUp, ProposedWords, ReaderLink, WordsNote, new_salt
from .readers import address_identity, ballots_of


def export_answers(*, identity: str | None, address: str) -> list[dict[str, Any]]:
    """Return every ballot of an identity or with a follow-up to an address, ready for JSON.

    Keys: ``poll``, ``options`` (texts), ``words`` (also those beside "other"), ``consent``, ``credit``, ``role``,
    ``cast_at``, ``changed_at`` and ``withdrawn_at`` (ISO 8601, UTC, or None), ``door``, ``set_aside`` (whether it is
    left out of the count), ``wants_to_be_told`` (whether a follow-up was asked for).
    """
    return [
        {
            "poll": ballot.poll.question,
            "options": [vote.option.text for vote in ballot.votes.select_related("option")],
            "words": ballot.words,
            "consent": ballot.consent,
            "credit": ballot.credit,
            "role": ballot.role,
            "cast_at": ballot.cast_at.isoformat(),
            "changed_at": ballot.changed_at.isoformat() if ballot.changed_at else None,
            "withdrawn_at": ballot.withdrawn_at.isoformat() if ballot.withdrawn_at else None,
            "door": ballot.door,
            "set_aside": ballot.excluded_at is not None,
            "wants_to_be_told": FollowUp.objects.filter(ballot=ballot).exists(),
        }
        for ballot in _ballots(identity, address)
    ]


def erase_answers(identity: str | None, *, address: str = "") -> int:
    """Remove everything that leads from ballots to a person; return how many.

    They are the ballots of one identity, those whose follow-up was asked for at ``address``, and those whose reader
    had confirmed it. The votes stay in the published counts, under a key that nobody can compute again.
    """
    ballots = _ballots(identity, address)
    for ballot in ballots:
        erase_ballot(ballot)
    return len(ballots)


def erase_ballot(ballot: Ballot) -> None:
    """Remove everything that leads from one ballot to a person: only that it was cast, and what for, stays.

    Gone are words, name, role, address, network, the author's notes on the words, the ballot's place in what was
    flagged and in suggested themes, and every link to other keys and to the same reader's other ballots. One that was withdrawn goes whole.
    """
    withdraw_consent(ballot)
    with transaction.atomic():
        share_poll(ballot.poll)
        held = next(iter(lock_ballots(ballot.poll, pk=ballot.pk)), None)
        if held is None:
            return
        known_by = Q(reader_key=held.reader_key) | Q(alias_key=held.reader_key)
        ReaderLink.objects.filter(known_by, poll=held.poll).delete()
        if not held.stands:
            held.delete()
            return
        FollowUp.objects.filter(ballot=held).delete()
        WordsNote.objects.filter(ballot=held).delete()
        ProposedWords.objects.filter(ballot=held).delete()
        held.fairness_flags.clear()
        held.later.update(previous=None)
        nothing = dict.fromkeys(("words", "credit", "role", "network", "cast_by", "words_by"), "")
        anonymous = new_salt() + new_salt()
        Ballot.objects.filter(pk=held.pk).update(
            reader_key=anonymous, previous=None, words_at=None, **nothing
        )


def _ballots(identity: str | None, address: str) -> list[Ballot]:
    names = [identity] if identity else []
    names += [address_identity(address)] if address else []
    found: Iterable[Ballot] = ballots_of(*names) if names else ()
    if address:
        asked = Ballot.objects.filter(follow_up__address__iexact=address).select_related("poll")
        found = [*found, *asked]
    return list({ballot.pk: ballot for ballot in found}.values())
