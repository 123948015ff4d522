"""Who is answering: a browser known by its cookie, or a subscriber known by the token in a mail."""

import re
import secrets
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import salted_hmac
from wagtail import hooks

from .conf import polls_settings
from .models import Ballot, Poll, ReaderLink


COOKIE_SALT = "onward_polls.rid"
COOKIE_PATTERN = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class MailReader:
    """The person a mail was delivered to, as much of him as a poll needs."""

    #: What reader keys are made from, for example "subscriber:" and a uuid.
    identity: str
    #: The address half hidden, "a***@d***", so that a forwarded mail shows whose answer it is.
    hint: str
    #: The page the mail was made from.
    page_ref: int | None = None


@dataclass(frozen=True)
class ReaderView:
    """What one reader has done in one poll; empty for a reader who has done nothing."""

    ballot: Ballot | None = None
    #: The uuids of the options marked on the ballot.
    chosen: frozenset[UUID] = frozenset()
    #: Whether the reader answered the earlier poll that this one asks again.
    answered_before: bool = False
    #: The reader's ballot in that earlier poll, withdrawn or not.
    earlier: Ballot | None = None
    #: What a shuffled order of options is drawn from: the same for this reader in this poll, always.
    seed: str = ""

    @property
    def has_voted(self) -> bool:
        return self.ballot is not None and self.ballot.stands

    @property
    def has_withdrawn(self) -> bool:
        return self.ballot is not None and not self.ballot.stands


def identity_of(request: HttpRequest) -> str | None:
    """Return "rid:" and the id in the reader's cookie, or None if there is none that we signed."""
    value = request.get_signed_cookie(
        polls_settings().COOKIE_NAME, default=None, salt=COOKIE_SALT, max_age=polls_settings().COOKIE_AGE
    )
    return f"rid:{value}" if value and COOKIE_PATTERN.fullmatch(value) else None


def ensure_identity(request: HttpRequest, response: HttpResponseBase) -> str:
    """Return the browser's identity, setting the cookie on the response if there is none yet."""
    if identity := identity_of(request):
        return identity
    value = secrets.token_hex(16)
    response.set_signed_cookie(
        polls_settings().COOKIE_NAME,
        value,
        salt=COOKIE_SALT,
        max_age=polls_settings().COOKIE_AGE,
        httponly=True,
        samesite="Lax",
        secure=getattr(settings, "WAGTAILADMIN_BASE_URL", "").startswith("https://"),
    )
    return f"rid:{value}"


def reader_key(poll: Poll, identity: str) -> str:
    """Return the 64 hexadecimal characters that stand for this reader in this poll, and nowhere else."""
    secret = polls_settings().READER_KEY_SECRET or None
    return salted_hmac(
        f"onward_polls.reader_key.{poll.salt}", identity, secret=secret, algorithm="sha256"
    ).hexdigest()


def linked_key(poll: Poll, key: str) -> str:
    """Follow the link from one of a reader's keys to the key that holds the ballot."""
    link = ReaderLink.objects.filter(poll=poll, alias_key=key).values_list("reader_key", flat=True).first()
    return link or key


def view_reader(poll: Poll, identity: str | None) -> ReaderView:
    """Return what this reader has done in this poll (two queries, two more if it asks a question again)."""
    if identity is None:
        return ReaderView()
    earlier = _find_ballot(poll.follows, identity) if poll.follows else None
    ballot = _find_ballot(poll, identity)
    chosen = frozenset(ballot.votes.values_list("option__uuid", flat=True)) if ballot else frozenset[UUID]()
    return ReaderView(ballot, chosen, earlier is not None, earlier, seed=reader_key(poll, identity))


def _find_ballot(poll: Poll, identity: str) -> Ballot | None:
    key = reader_key(poll, identity)
    links = ReaderLink.objects.filter(poll=poll, alias_key=key).values("reader_key")
    found = Ballot.objects.filter(Q(reader_key=key) | Q(reader_key__in=links), poll=poll)
    ballot = found.select_related("follow_up").first()
    if ballot:
        ballot.poll = poll
    return ballot


def ballots_of(identity: str) -> list[Ballot]:
    """Return every ballot of one identity, in every poll: for export and erasure, not for a hot path."""
    ballots: list[Ballot] = []
    for poll in Poll.objects.all():
        key = linked_key(poll, reader_key(poll, identity))
        ballots += Ballot.objects.filter(poll=poll, reader_key=key).select_related("poll")
    return ballots


def resolve_mail_token(token: str) -> MailReader | None:
    """Ask the hook ``onward_polls_resolve_mail_token`` who this token was mailed to."""
    for resolve in hooks.get_hooks("onward_polls_resolve_mail_token"):
        reader: MailReader | None = resolve(token)
        if reader:
            return reader
    return None
