"""A series with answers: the small builders that tests of the loop start from."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from wagtail.models import Locale, Page, Site

from onward_blog.pages.models import ArticlePage, SeriesPage
from onward_polls.ballots.ballot_box import Contribution, contribution, note_change
from onward_polls.models import Ballot, Option, Poll, Vote


#: When the first answer of every test is given.
MONDAY = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
_numbers = count()


def a_poll(
    question: str = "What takes most of your week?", options: Sequence[str] = ("Repair", "Selling"), **kw: Any
) -> Poll:
    poll = Poll.objects.create(question=question, **kw)
    for place, text in enumerate(options):
        Option.objects.create(poll=poll, text=text, sort_order=place)
    return poll


def a_series(title: str = "Out of date?", **kw: Any) -> SeriesPage:
    return _front_page().add_child(instance=SeriesPage(title=title, slug=f"series-{next(_numbers)}", **kw))


def _front_page() -> Page:
    """Return the site's front page; a test that ran without a transaction may have left none."""
    if site := Site.objects.filter(is_default_site=True).first():
        return site.root_page
    Locale.objects.get_or_create(language_code="en-gb")
    home = Page.add_root(instance=Page(title="Root")).add_child(instance=Page(title="Home", slug="home"))
    Site.objects.create(hostname="localhost", root_page=home, is_default_site=True)
    return home


def a_part(
    series: Page, title: str = "The squeezed manager", body: Sequence[tuple[str, Any]] = (), **kw: Any
) -> ArticlePage:
    page = ArticlePage(title=title, body=list(body), **{"slug": f"part-{next(_numbers)}", **kw})
    return series.add_child(instance=page)


def ballots(poll: Poll, votes: Mapping[str, int], *, at: datetime = MONDAY, **kw: Any) -> list[Ballot]:
    """Cast ballots by option text, one a minute from ``at`` on."""
    options = {option.text: option for option in poll.options.all()}
    made = []
    for text, how_many in votes.items():
        for _each in range(how_many):
            made.append(a_ballot(poll, options[text], at=at + timedelta(minutes=len(made)), **kw))
    return made


def a_ballot(poll: Poll, option: Option | None = None, *, at: datetime = MONDAY, **kw: Any) -> Ballot:
    kw.setdefault("reader_key", f"{next(_numbers):064d}")
    ballot = Ballot.objects.create(poll=poll, cast_at=at, **kw)
    if option:
        Vote.objects.create(ballot=ballot, option=option)
    note_change(poll, Contribution(), contribution(ballot, frozenset([option.pk] if option else [])))
    return ballot


def words(
    poll: Poll, text: str, *, consent: str = "name", credit: str = "Ingrid Solheim", **kw: Any
) -> Ballot:
    option = poll.options.first()
    return a_ballot(poll, option, words=text, consent=consent, credit=credit, **kw)


def accepted(draft: Any, user: Any = None) -> Any:
    """Tick “I stand by this” on every block that the site wrote, save the draft, and return it."""
    for child in draft.body:
        if child.block_type in ("we_asked", "roundup"):
            child.value["accepted"] = True
    draft.save_revision(user=user)
    return draft
