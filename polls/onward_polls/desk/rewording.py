"""How a poll was worded while each of its ballots was cast."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from onward_polls.models import Option, Poll, Wording, plain_text


@dataclass
class Rewording:
    """What a change made of a poll's wording; known once the block that made it has ended."""

    #: Whether readers who answered before saw other words, apart from letter case and spacing.
    happened: bool = False


@contextmanager
def keeping_wordings(poll: Poll) -> Iterator[Rewording]:
    """Keep the wording that ballots were cast under when the block changes it, in one transaction.

    The poll is locked alone: ballots under way come first, and two changes at once make two versions. A ballot
    bears the number of the wording that its reader was shown. Before the first ballot, and for a poll not saved
    yet, nothing is kept.
    """
    change = Rewording()
    with transaction.atomic():
        before = _locked(poll)
        old_texts = _texts(poll)
        yield change
        if before is None or not before.ballots.exists():
            return
        changed = [uuid for uuid, text in _texts(poll).items() if _differ(text, old_texts.get(uuid, text))]
        Option.objects.filter(poll=poll, uuid__in=changed).update(edited_at=Now())
        question = Poll.objects.values_list("question", flat=True).get(pk=poll.pk)
        change.happened = bool(changed) or _differ(question, before.question)
        if change.happened:
            _keep(before, old_texts)
            poll.refresh_from_db(fields=["wording_version"])


def _locked(poll: Poll) -> Poll | None:
    return Poll.objects.select_for_update().filter(pk=poll.pk).first() if poll.pk else None


def _texts(poll: Poll) -> dict[str, str]:
    """Return {option uuid: text} as the database has it, retired options too: their votes still count."""
    texts = Option.objects.filter(poll_id=poll.pk).values_list("uuid", "text") if poll.pk else []
    return {str(uuid): text for uuid, text in texts}


def _differ(one: str, other: str) -> bool:
    return plain_text(one) != plain_text(other)


def _keep(before: Poll, texts: dict[str, str]) -> None:
    Wording.objects.create(
        poll=before,
        version=before.wording_version,
        question=before.question,
        options=texts,
        until=Now(),
    )
    Poll.objects.filter(pk=before.pk).update(wording_version=F("wording_version") + 1)
