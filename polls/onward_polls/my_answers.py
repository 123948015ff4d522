"""Everything one browser, and whoever is signed in in it, has answered: found, shown, and let go of."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db.models import prefetch_related_objects
from django.http import HttpRequest
from swapper import load_model

from .components import poll_urls
from .errors import NotYourAnswer
from .models import Ballot, Poll, ReaderLink
from .readers import account_of, ballots_of, browser_of, hide_answer, hide_words, keys_of


@dataclass(frozen=True)
class MyAnswer:
    """One ballot as its reader may see it: what was given elsewhere is not on it."""

    ballot: Ballot
    #: The texts of the options marked; empty where the answer was given elsewhere.
    chosen: tuple[str, ...]
    answered_elsewhere: bool
    wrote_elsewhere: bool
    #: Whether another of the reader's keys leads to it, so that the link can be cut.
    is_linked: bool
    #: The title and the address of the page it was given on, if readers can open that.
    page: tuple[str, str] | None = None

    @property
    def is_open(self) -> bool:
        """Whether it can still be changed or taken back, by this machine's clock."""
        poll = self.ballot.poll
        return not (poll.is_closed or poll.is_waiting or poll.archived_at)

    @property
    def can_change(self) -> bool:
        return self.is_open and self.ballot.poll.allow_change

    @property
    def can_withdraw(self) -> bool:
        return self.is_open and self.ballot.stands

    @property
    def change_url(self) -> str:
        """Where the answer is changed, with the way back to the page it was given on."""
        ballot, next_path = self.ballot, urlsplit(self.page[1]).path if self.page else ""
        urls = poll_urls(ballot.poll, page_ref=ballot.page_ref, next_path=next_path)
        return urls["edit_words" if ballot.poll.kind == Poll.Kind.WORDS else "change"]

    @property
    def has_words(self) -> bool:
        return bool(self.ballot.words)

    @property
    def is_quotable(self) -> bool:
        return self.has_words and self.ballot.consent != Ballot.Consent.NONE

    @property
    def can_erase(self) -> bool:
        """Whether all that is on it was given here."""
        return not (self.answered_elsewhere or self.wrote_elsewhere)


def my_answers(request: HttpRequest) -> list[MyAnswer]:
    """Return every ballot of whoever sent a request, the latest first, with a constant number of queries."""
    names = [name for name in (account_of(request), browser_of(request)) if name]
    ballots = ballots_of(*names) if names else []
    prefetch_related_objects(ballots, "votes__option")
    pages = _pages({ballot.page_ref for ballot in ballots if ballot.page_ref}, request)
    return [
        _as_seen(ballot, keys_of(ballot.poll, request), pages.get(ballot.page_ref or 0)) for ballot in ballots
    ]


def find_my_answer(request: HttpRequest, uuid: UUID) -> MyAnswer:
    """Return one of the ballots of whoever sent a request, or raise NotYourAnswer."""
    ballot = Ballot.objects.select_related("poll", "follow_up").filter(uuid=uuid).first()
    keys = keys_of(ballot.poll, request) if ballot else []
    if ballot is None or (ballot.reader_key not in keys and not _links(ballot, keys).exists()):
        raise NotYourAnswer
    return _as_seen(ballot, keys)


def cut_links(answer: MyAnswer, request: HttpRequest) -> None:
    """Make a browser forget that this ballot is its reader's; the ballot stays as it is."""
    _links(answer.ballot, keys_of(answer.ballot.poll, request)).delete()


def _links(ballot: Ballot, keys: Iterable[str]) -> Any:
    return ReaderLink.objects.filter(
        poll=ballot.poll, alias_key__in=list(keys), reader_key=ballot.reader_key, needs_sign_in=False
    )


def _as_seen(ballot: Ballot, keys: list[str], page: tuple[str, str] | None = None) -> MyAnswer:
    answered_elsewhere, wrote_elsewhere = hide_answer(ballot, keys), hide_words(ballot, keys)
    votes = () if answered_elsewhere else ballot.votes.all()
    chosen = [vote.option for vote in votes]
    texts = tuple(option.text for option in sorted(chosen, key=lambda option: (option.sort_order, option.pk)))
    linked = ballot.reader_key not in keys
    return MyAnswer(ballot, texts, answered_elsewhere, wrote_elsewhere, linked, page)


def _pages(numbers: set[int], request: HttpRequest) -> dict[int, tuple[str, str]]:
    if not numbers:
        return {}
    pages = load_model("wagtailcore", "Page").objects.filter(pk__in=numbers).live().public()
    return {page.pk: (page.title, url) for page in pages if (url := page.get_url(request))}
