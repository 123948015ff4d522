"""Climbing the ladder: what a browser answered becomes the answer of whoever is signed in in it.

Like everything in ``ballot_box``, this runs inside a transaction that an action has opened.
"""

from onward_polls.models import Ballot, Poll, ReaderLink
from onward_polls.readers import reader_key

from .merging import link_keys, queue_links


def climb(poll: Poll, *, browser: str, account: str) -> None:
    """Give what a browser answered in this poll to the account that acts in it; the latest answer stays.

    A browser is taken to be one person, who may be known by a mail or a confirmed address already: then that ballot
    climbs too. What another account answered in the same browser stays with that account. One query when nothing
    is new.
    """
    alias, key = reader_key(poll, browser), reader_key(poll, account)
    known, own = _links(poll, alias, key)
    if known and known.needs_sign_in and known.reader_key == own:
        return
    queue_links(poll)
    known, own = _links(poll, alias, key)
    if known and known.reader_key != own and not _is_of_an_account(poll, known.reader_key):
        link_keys(poll, known.reader_key, own)
    link_keys(poll, alias, own, needs_sign_in=True)
    mine = Ballot.objects.filter(poll=poll, reader_key=own)
    mine.filter(cast_by=alias).update(cast_by=key)
    mine.filter(words_by=alias).update(words_by=key)


def _links(poll: Poll, alias: str, key: str) -> tuple[ReaderLink | None, str]:
    """Return where a browser leads, and where the ballot of an account lies."""
    found = ReaderLink.objects.filter(poll=poll, alias_key__in=[alias, key])
    links = {link.alias_key: link for link in found}
    return links.get(alias), links[key].reader_key if key in links else key


def _is_of_an_account(poll: Poll, key: str) -> bool:
    return ReaderLink.objects.filter(poll=poll, reader_key=key, needs_sign_in=True).exists()
