"""One reader known by two keys: linking them, and leaving one ballot of two.

Like everything in ``ballot_box``, this runs inside a transaction that an action has opened.
"""

from functools import partial

from django.db import connection, transaction
from django.db.models.functions import Now

from onward_polls import signals
from onward_polls.models import Ballot, FairnessFlag, FollowUp, Poll, ReaderLink, Vote, WordsNote
from onward_polls.readers import linked_key

from .ballot_box import Contribution, contribution, lock_ballots, marked_on, note_change, share_poll


#: What a later answer replaces when two ballots become one.
ANSWER_FIELDS = (
    "cast_by",
    "door",
    "page_ref",
    "cast_at",
    "changed_at",
    "withdrawn_at",
    "role",
    "wording_version",
    "network",
)
#: What the two are asked for together.
KEPT_FIELDS = ("previous", "excluded_at", "exclusion", "words_by", "words_at")


def link_keys(poll: Poll, alias: str, key: str, *, needs_sign_in: bool = False) -> None:
    """Remember that ``alias`` is the reader behind ``key``, and leave the two with one ballot.

    ``needs_sign_in``: from now on the alias alone, a browser in which nobody is signed in, leads nowhere.
    """
    queue_links(poll)
    key = linked_key(poll, key)
    known = ReaderLink.objects.filter(poll=poll, alias_key=alias).first()
    link = {"reader_key": key, "needs_sign_in": needs_sign_in}
    if alias == key or (known and (known.reader_key, known.needs_sign_in) == tuple(link.values())):
        return
    if known is None:
        # Only a first link can find a ballot under the alias: later votes went behind the link.
        merge_ballots(poll, alias, key)
        ReaderLink.objects.filter(poll=poll, reader_key=alias).update(reader_key=key)
    ReaderLink.objects.update_or_create(poll=poll, alias_key=alias, defaults=link)


def queue_links(poll: Poll, network: str = "") -> None:
    """Let whoever links readers of one poll come one after the other: what one links, the next must find.

    While a browser becomes known as a mail's reader, that reader may become known by an address. This comes after the
    locks of the poll and the network, and before that of any ballot, or two could wait for each other.
    """
    share_poll(poll, network)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [str(poll.pk)])


def merge_ballots(poll: Poll, alias: str, key: str) -> None:
    """Make one ballot of what two keys of the same reader hold, under ``key``; the latest answer wins."""
    # The placeholders make a first vote under either key, if one is under way, wait for this link. They are made in
    # the order of the keys, so that two links cannot wait for each other.
    placeholders = [Ballot(poll=poll, reader_key=each, cast_at=Now()) for each in sorted((alias, key))]
    Ballot.objects.bulk_create(placeholders, ignore_conflicts=True)
    ballots = lock_ballots(poll, reader_key__in=[alias, key])
    made = {placeholder.uuid for placeholder in placeholders}
    Ballot.objects.filter(uuid__in=made).delete()
    answers = [(ballot, marked_on(ballot)) for ballot in ballots if ballot.uuid not in made]
    for ballot, _marked in answers:
        # Under another key than before, a ballot still has to say where it was given, and when its words were.
        ballot.cast_by = ballot.cast_by or ballot.reader_key
        ballot.words_by = ballot.words_by or ballot.cast_by
        ballot.words_at = ballot.words_at or (ballot.cast_at if ballot.words else None)
    if answers:
        before = sum((contribution(ballot, marked) for ballot, marked in answers), Contribution())
        latest, marked = max(answers, key=lambda answer: answer[0].acted_at)
        survivor = _keep_one([ballot for ballot, _ in answers], latest)
        Ballot.objects.filter(pk=survivor.pk).update(reader_key=key)
        note_change(poll, before, contribution(survivor, marked))


def _keep_one(ballots: list[Ballot], latest: Ballot) -> Ballot:
    """Put the latest answer into the row that stays, and delete the other.

    The row with words stays, so that what an author has quoted keeps its reference. It is set aside only
    if every one of them was: the reader has one ballot that counts, and linking must not lose it.
    """
    with_words = [ballot for ballot in ballots if ballot.words] if latest.stands else []
    survivor = max(with_words, key=lambda ballot: ballot.acted_at, default=latest)
    if survivor.pk != latest.pk:
        Vote.objects.filter(ballot=survivor).delete()
        Vote.objects.filter(ballot=latest).update(ballot=survivor)
        for name in ANSWER_FIELDS:
            setattr(survivor, name, getattr(latest, name))
    others = [ballot for ballot in ballots if ballot.pk != survivor.pk]
    for other in others:
        survivor.previous_id = survivor.previous_id or other.previous_id
        if not survivor.words and not FollowUp.objects.filter(ballot=survivor).exists():
            survivor.words_by = other.words_by
        if other.excluded_at is None:
            survivor.excluded_at, survivor.exclusion = None, ""
        elif survivor.exclusion == Ballot.Exclusion.NETWORK:
            survivor.exclusion = other.exclusion
    survivor.save(update_fields=(*ANSWER_FIELDS, *KEPT_FIELDS))
    for other in others:
        _let_go(other, survivor)
    return survivor


def _let_go(other: Ballot, survivor: Ballot) -> None:
    """Delete a ballot. Its reader cannot reach it any more, so nothing may go on being quoted from it."""
    _hand_over(other, survivor)
    if other.words:
        transaction.on_commit(partial(signals.consent_withdrawn.send_robust, sender=Poll, ballot=other))
    other.delete()


def _hand_over(other: Ballot, survivor: Ballot) -> None:
    """Let what points at a ballot about to be deleted point at the one that stays."""
    Ballot.objects.filter(previous=other).update(previous=survivor)
    if not FollowUp.objects.filter(ballot=survivor).exists():
        FollowUp.objects.filter(ballot=other).update(ballot=survivor)
    for flag in FairnessFlag.objects.filter(ballots=other):
        flag.ballots.add(survivor)
    # Whoever was asked for permission on one ballot is not asked again on the other.
    for asked_at in WordsNote.objects.filter(ballot=other, asked_at__isnull=False).values_list(
        "asked_at", flat=True
    ):
        WordsNote.objects.update_or_create(ballot=survivor, defaults={"asked_at": asked_at})
