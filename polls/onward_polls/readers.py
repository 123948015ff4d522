"""Who is answering: a browser, the receiver of a mail, the owner of an address, or somebody who is signed in.

How one climbs to the next is told in ``docs/explanation/one-reader-one-ballot.md``.
"""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import salted_hmac
from wagtail import hooks

from .conf import polls_settings
from .errors import SignInFirst
from .models import Ballot, Option, Poll, ReaderLink


COOKIE_SALT = "onward_polls.rid"
COOKIE_PATTERN = re.compile(r"[0-9a-f]{32}")
ACCOUNT = "user:"

#: For how many polls one query looks; SQLite refuses conditions that are a thousand deep.
AT_ONCE = 250


@dataclass(frozen=True)
class MailReader:
    """The person a mail was delivered to, as much of him as a poll needs."""

    #: What reader keys are made from, for example "subscriber:" and a uuid.
    identity: str
    #: The address half hidden, "a***@d***", so that a forwarded mail shows whose answer it is.
    hint: str
    #: The page the mail was made from.
    page_ref: int | None = None
    #: The address itself, to know it again where it was confirmed for an answer; only a keyed hash is kept of it.
    address: str = ""


@dataclass(frozen=True)
class ReaderView:
    """What one reader has done in one poll; empty for a reader who has done nothing.

    What was chosen or written elsewhere, in another browser of the same reader, is not in it, nor on its ballot.
    """

    ballot: Ballot | None = None
    #: The uuids of the options marked on the ballot.
    chosen: frozenset[UUID] = frozenset()
    #: Whether the reader answered the earlier poll that this one asks again.
    answered_before: bool = False
    #: Whether the answer that counts was given in another browser, or from a mail.
    answered_elsewhere: bool = False
    #: Whether words, or an address, were added to the ballot elsewhere: only there can they be changed.
    wrote_elsewhere: bool = False
    #: The reader's ballot in the poll that this one asks again, withdrawn or not, without what was written elsewhere.
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
    """Return who acts: the account that is signed in, else the browser; None for a browser without our cookie."""
    return account_of(request) or browser_of(request)


def account_of(request: HttpRequest) -> str | None:
    """Return "user:" and the key of whoever is signed in."""
    user: Any = getattr(request, "user", None)
    return f"{ACCOUNT}{user.pk}" if user is not None and user.is_authenticated else None


def browser_of(request: HttpRequest) -> str | None:
    """Return "rid:" and the id in the reader's cookie, or None if there is none that we signed."""
    value = request.get_signed_cookie(
        polls_settings().COOKIE_NAME, default=None, salt=COOKIE_SALT, max_age=polls_settings().COOKIE_AGE
    )
    return f"rid:{value}" if value and COOKIE_PATTERN.fullmatch(value) else None


def ensure_identity(request: HttpRequest, response: HttpResponseBase) -> str:
    """Return who acts, giving the browser a cookie with the response if it has none yet."""
    browser = browser_of(request) or start_afresh(response)
    return account_of(request) or browser


def start_afresh(response: HttpResponseBase) -> str:
    """Make the browser a reader who has done nothing yet, and return its identity."""
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


def address_identity(address: str) -> str:
    """Return what stands for a confirmed address: a keyed hash of it."""
    secret = polls_settings().READER_KEY_SECRET or None
    spelled = address.strip().casefold()
    return f"address:{salted_hmac('onward_polls.address', spelled, secret=secret, algorithm='sha256').hexdigest()}"


def reader_key(poll: Poll, identity: str) -> str:
    """Return the 64 hexadecimal characters that stand for this reader in this poll, and nowhere else."""
    return salted_key(poll.salt, identity)


def salted_key(salt: str, identity: str) -> str:
    """Return the reader key in the poll with this salt."""
    secret = polls_settings().READER_KEY_SECRET or None
    return salted_hmac(
        f"onward_polls.reader_key.{salt}", identity, secret=secret, algorithm="sha256"
    ).hexdigest()


def keys_of(poll: Poll, request: HttpRequest) -> list[str]:
    """Return the reader keys of whoever sent a request: the account's, if one is signed in, and the browser's."""
    names = (account_of(request), browser_of(request))
    return [reader_key(poll, name) for name in names if name]


def linked_key(poll: Poll, key: str) -> str:
    """Follow the link from one of a reader's keys to the key that holds the ballot.

    Raises SignInFirst for a browser in which somebody answered with an account and then signed out.
    """
    link = ReaderLink.objects.filter(poll=poll, alias_key=key).first()
    if link and link.needs_sign_in:
        raise SignInFirst
    return link.reader_key if link else key


def view_reader(poll: Poll, identity: str | None, *, browser: str | None = None) -> ReaderView:
    """Return what this reader has done in this poll (two queries, two more if it asks a question again).

    ``browser`` is the browser of somebody who is signed in: what was answered there before counts as theirs.
    """
    names = list(dict.fromkeys(name for name in (identity, browser) if name))
    if not names:
        return ReaderView()
    earlier = _find_earlier(poll, names)
    before, seed = earlier is not None, reader_key(poll, names[0])
    ballot = _find_ballot(poll, names)
    if ballot is None:
        return ReaderView(answered_before=before, earlier=earlier, seed=seed)
    keys = {reader_key(poll, name) for name in names}
    answered_elsewhere = hide_answer(ballot, keys)
    wrote_elsewhere = hide_words(ballot, keys)
    marked = () if answered_elsewhere else ballot.votes.values_list("option__uuid", flat=True)
    return ReaderView(ballot, frozenset(marked), before, answered_elsewhere, wrote_elsewhere, earlier, seed)


def view_cast(ballot: Ballot, options: Iterable[Option]) -> ReaderView:
    """Return what a reader has done who has just cast a first ballot with these options, without asking anew."""
    ballot._state.fields_cache["follow_up"] = None
    return ReaderView(ballot, frozenset(option.uuid for option in options), seed=ballot.reader_key)


def view_request(poll: Poll, request: HttpRequest) -> ReaderView:
    """Return what whoever sent this request has done in this poll."""
    return view_reader(poll, identity_of(request), browser=browser_of(request))


def hide_answer(ballot: Ballot, keys: Iterable[str]) -> bool:
    """Whether the present answer was given under none of these keys, so that they must not see it.

    Then the role that was said with it is taken off the ballot, in memory only.
    """
    if (ballot.cast_by or ballot.reader_key) in keys:
        return False
    ballot.role = ""
    return True


def hide_words(ballot: Ballot, keys: Iterable[str]) -> bool:
    """Take what was written under other keys off a ballot, in memory only; return whether there was any.

    No template can show what is not there: neither the words nor the name or the address with them.
    """
    wish = getattr(ballot, "follow_up", None)
    if not (ballot.words or wish) or (ballot.words_by or ballot.cast_by or ballot.reader_key) in keys:
        return False
    ballot.words = ballot.credit = ""
    ballot.consent = Ballot.Consent.NONE
    ballot._state.fields_cache["follow_up"] = None
    return True


def _find_ballot(poll: Poll, names: list[str]) -> Ballot | None:
    keys = [reader_key(poll, name) for name in names]
    links = ReaderLink.objects.filter(poll=poll, alias_key__in=keys, needs_sign_in=False).values("reader_key")
    mine = Ballot.objects.filter(Q(reader_key__in=keys) | Q(reader_key__in=links), poll=poll)
    # Two are found where somebody signed in has answered here before, and has not acted since: the own one shows.
    first = keys[0]
    ballot = max(
        mine.select_related("follow_up"),
        key=lambda ballot: (first in (ballot.reader_key, ballot.cast_by), ballot.acted_at),
        default=None,
    )
    if ballot:
        ballot.poll = poll
    return ballot


def _find_earlier(poll: Poll, names: list[str]) -> Ballot | None:
    ballot = _find_ballot(poll.follows, names) if poll.follows else None
    if poll.follows and ballot:
        keys = {reader_key(poll.follows, name) for name in names}
        hide_answer(ballot, keys)
        hide_words(ballot, keys)
    return ballot


def ballots_of(*identities: str) -> list[Ballot]:
    """Return every ballot of one reader's identities, in every poll, the latest first.

    One query for the polls, and two for every 250 of them: no index leads from a person to a ballot, on purpose.
    """
    polls = list(Poll.objects.values_list("pk", "salt"))
    found: list[Ballot] = []
    for some in (polls[start : start + AT_ONCE] for start in range(0, len(polls), AT_ONCE)):
        keys = {poll: [salted_key(salt, identity) for identity in identities] for poll, salt in some}
        links = ReaderLink.objects.filter(_any_of("alias_key__in", keys), needs_sign_in=False)
        for poll, key in links.values_list("poll_id", "reader_key"):
            keys[poll].append(key)
        found += Ballot.objects.filter(_any_of("reader_key__in", keys)).select_related("poll", "follow_up")
    return sorted(found, key=lambda ballot: ballot.acted_at, reverse=True)


def _any_of(field: str, keys: dict[int, list[str]]) -> Q:
    """Name poll and key together, which is what the index is made of."""
    return reduce(or_, (Q(poll_id=poll, **{field: some}) for poll, some in keys.items()))


def resolve_mail_token(token: str) -> MailReader | None:
    """Ask the hook ``onward_polls_resolve_mail_token`` who this token was mailed to."""
    for resolve in hooks.get_hooks("onward_polls_resolve_mail_token"):
        reader: MailReader | None = resolve(token)
        if reader:
            return reader
    return None
