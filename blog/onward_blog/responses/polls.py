"""What readers answered to the polls in an article. The one module here that imports ``onward_polls``."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.blocks import Block, StreamBlock, StructValue

from onward_blog import mailing
from onward_blog.batches import SIZE, batches
from onward_blog.models import ResponseFold
from onward_polls import signals
from onward_polls.actions import copy_poll
from onward_polls.components import mail_links
from onward_polls.models import Ballot, FollowUp, Option, Poll, ReaderLink, Tally, Vote
from onward_polls.readers import MailReader, reader_key

from .base import Group, Line, Quote, ResponseSummary, iso
from .body import walk_block, walk_body
from .heads import Head, folded_polls, joined
from .people import Asked, Chosen, initials
from .windows import within


#: A sentence of this many characters reads well on its own, so it is put before shorter and longer ones.
READS_WELL = range(40, 281)


def polls_of(article: Any) -> list[Poll]:
    """Return the polls in the body of a page, each once, in reading order."""
    found = (value for _block, value in walk_body(article) if isinstance(value, Poll))
    return list({poll.pk: poll for poll in found}.values())


def polls_in(block: Block, value: Any) -> list[Poll]:
    """Return the polls in one block of a body."""
    return [found for _block, found in walk_block(block, value) if isinstance(found, Poll)]


class PollSource:
    """Answers are counted from ballots; a ballot belongs to the window in which it was first cast.

    With ``public`` it knows only the polls whose results readers may see, once they have voted, today.
    """

    slug = "polls"
    label = _("Polls")

    def __init__(self, *, public: bool = False) -> None:
        self.public = public

    def for_readers(self) -> "PollSource":
        return PollSource(public=True)

    def left_out(self, article: Any) -> list[str]:
        """Return a sentence for those questions that are for editors only, and one for those still open."""
        secret = [poll for poll in polls_of(article) if not poll.shows_results(voted=True)]
        n = sum(poll.results_visibility == Poll.ResultsVisibility.EDITORS for poll in secret)
        waiting = len(secret) - n
        editors = ngettext(
            "%(n)d question is left out: its results are for editors only.",
            "%(n)d questions are left out: their results are for editors only.",
            n,
        )
        still_open = ngettext(
            "%(n)d question is left out: it is still open, and its results are shown only once it has closed.",
            "%(n)d questions are left out: they are still open, and their results are shown only once they have closed.",
            waiting,
        )
        return [
            text % {"n": how_many} for text, how_many in ((editors, n), (still_open, waiting)) if how_many
        ]

    def _polls(self, article: Any) -> list[Poll]:
        return [poll for poll in polls_of(article) if not self.public or poll.shows_results(voted=True)]

    def summarise(
        self, article: Any, *, since: datetime | None = None, until: datetime | None = None
    ) -> ResponseSummary | None:
        """Return one group for each poll, with its options as lines; None for an article without a poll.

        Facts of a group: words (how many wrote some), quotable (how many of them may be quoted), doors {door: n},
        first_at and last_at of its ballots, closes_at, visibility, follows (the id of the earlier poll, or null).
        """
        polls = self._polls(article)
        if not polls:
            return None
        ballots = _ballots(polls, since, until)
        heads, marks = _heads(ballots), _marks(ballots)
        groups = tuple(_group(poll, heads[poll.pk], marks) for poll in polls)
        return ResponseSummary(
            source=self.slug,
            label=str(self.label),
            total=sum(group.total for group in groups),
            groups=groups,
            first_at=min((h.first for h in heads.values() if h.first), default=None),
            last_at=max((h.last for h in heads.values() if h.last), default=None),
            facts={key: sum(group.facts[key] for group in groups) for key in ("words", "quotable")},
        )

    def quotes(
        self, article: Any, *, since: datetime | None = None, until: datetime | None = None
    ) -> list[Quote]:
        """Return the sentences whose writers allowed it, poll by poll, those that read well on their own first."""
        polls = self._polls(article)
        order = {poll.pk: place for place, poll in enumerate(polls)}
        ballots = sorted(
            _ballots(polls, since, until).quotable(),
            key=lambda b: (order[b.poll_id], len(b.words) not in READS_WELL, b.cast_at, str(b.uuid)),
        )
        return [
            Quote(self.slug, str(b.uuid), b.words, credit_of(b), f"poll:{b.poll_id}", "words")
            for b in ballots
        ]

    def shown(self, article: Any) -> Any:
        """Return the folded tallies that stand in the page, and which polls take answers."""
        polls = polls_of(article)
        rows = Tally.objects.filter(poll__in=[poll for poll in polls if poll.shows_results(voted=False)])
        counts = rows.values_list("poll_id", "option_id").annotate(n=Sum("count"))
        tallies = sorted([poll, option or 0, n] for poll, option, n in counts)
        return {"tallies": tallies, "open": sorted(poll.pk for poll in polls if _is_open(poll))}

    def recent(self, articles: Sequence[Any], since: datetime) -> dict[int, dict[str, int]]:
        """Return {page id: {"answers": …, "words": …}} given since then; two queries for all articles.

        Which polls an article asks is known from its last fold, without reading the text.
        """
        folds = ResponseFold.objects.filter(page__in=[article.pk for article in articles])
        polls = {fold.page_id: folded_polls(fold.data) for fold in folds}
        ballots = Ballot.objects.counted().filter(
            within("cast_at", since, None), poll__in={poll for of_one in polls.values() for poll in of_one}
        )
        rows = ballots.values("poll_id").annotate(n=Count("pk"), wrote=Count("pk", filter=~Q(words="")))
        by_poll = {row["poll_id"]: row for row in rows}
        return {
            page: {
                "answers": sum(by_poll[poll]["n"] for poll in of_one if poll in by_poll),
                "words": sum(by_poll[poll]["wrote"] for poll in of_one if poll in by_poll),
            }
            for page, of_one in polls.items()
        }


def _ballots(polls: Iterable[Poll], since: datetime | None, until: datetime | None) -> Any:
    return Ballot.objects.counted().filter(within("cast_at", since, until), poll__in=[p.pk for p in polls])


def _heads(ballots: "QuerySet[Ballot]") -> defaultdict[int, Head]:
    quotable = ~Q(words="") & ~Q(consent=Ballot.Consent.NONE)
    rows = ballots.values("poll_id", "door").annotate(
        n=Count("pk"),
        wrote=Count("pk", filter=~Q(words="")),
        may=Count("pk", filter=quotable),
        first=Min("cast_at"),
        last=Max("cast_at"),
    )
    return joined(rows.order_by("poll_id", "door"))


def _marks(ballots: "QuerySet[Ballot]") -> Counter[int]:
    rows = Vote.objects.filter(ballot__in=ballots).values_list("option_id").annotate(n=Count("pk"))
    return Counter(dict(rows))


def _group(poll: Poll, head: Head, marks: Counter[int]) -> Group:
    options = Option.objects.filter(poll=poll).order_by("sort_order", "pk")
    facts = {
        "words": head.words,
        "quotable": head.quotable,
        "doors": dict(head.doors or {}),
        "first_at": iso(head.first),
        "last_at": iso(head.last),
        "closes_at": iso(poll.closes_at),
        "visibility": poll.results_visibility,
        "follows": poll.follows_id,
        "words_prompt": poll.words_prompt,
    }
    lines = tuple(_line(option, marks[option.pk]) for option in options if _is_line(option, marks))
    return Group(f"poll:{poll.pk}", poll.question, poll.kind, head.n, lines, facts)


def _is_line(option: Option, marks: Counter[int]) -> bool:
    return option.retired_at is None or marks[option.pk] > 0


def _line(option: Option, count: int) -> Line:
    notes = {"retired": option.retired_at is not None, "edited": option.edited_at is not None}
    return Line(str(option.uuid), option.text, count, {name: True for name, holds in notes.items() if holds})


def credit_of(ballot: Ballot) -> str:
    """Return the name under which a ballot's words may be quoted; "" is without a name."""
    if ballot.consent == Ballot.Consent.NAME:
        return ballot.credit
    return initials(ballot.credit) if ballot.consent == Ballot.Consent.INITIALS else ""


def _is_open(poll: Poll) -> bool:
    return poll.archived_at is None and not poll.is_closed and not poll.is_waiting


def chosen_by(poll_ids: Iterable[int], identities: Iterable[str]) -> dict[str, list[Chosen]]:
    """Return {identity: what was chosen, poll by poll} for those who answered."""
    names = list(identities)
    found: dict[str, list[Chosen]] = defaultdict(list)
    for poll in Poll.objects.filter(pk__in=list(poll_ids)).order_by("pk"):
        # Half a piece: each name may bring a second key, that of the browser it is linked to.
        for some in batches(names, SIZE // 2):
            for name, chosen in _chosen(poll, some):
                found[name].append(chosen)
    return dict(found)


def _chosen(poll: Poll, names: Iterable[str]) -> Iterator[tuple[str, Chosen]]:
    keys = {reader_key(poll, name): name for name in names}
    links = ReaderLink.objects.filter(poll=poll, alias_key__in=keys).values_list("alias_key", "reader_key")
    keys |= {key: keys[alias] for alias, key in links}
    ballots = Ballot.objects.counted().filter(poll=poll, reader_key__in=keys).order_by("cast_at", "pk")
    for ballot in ballots.prefetch_related("votes__option"):
        marked = sorted(ballot.votes.all(), key=lambda vote: (vote.option.sort_order, vote.option_id))
        options = tuple(str(vote.option.uuid) for vote in marked)
        yield keys[ballot.reader_key], Chosen(poll.pk, str(ballot.uuid), ballot.cast_at, options)


def who_asked(poll_ids: Iterable[int], *, before: datetime) -> list[Asked]:
    """Return the readers who answered these polls before a time, asked to be told, and were not yet; one query."""
    rows = FollowUp.objects.filter(ballot__poll__in=list(poll_ids), told_at=None, confirmed_at__isnull=False)
    rows = rows.filter(ballot__cast_at__lt=before).select_related("ballot").order_by("pk")
    return [Asked(row.pk, row.address, str(row.ballot.uuid), row.ballot.poll_id) for row in rows]


def mark_told(follow_ups: Iterable[int], when: datetime) -> int:
    """Note that these readers were told; they are never told again. Returns how many had not been."""
    waiting = FollowUp.objects.filter(told_at=None)
    return sum(waiting.filter(pk__in=some).update(told_at=when) for some in batches(follow_ups))


def asked_again(body: Any, stream: StreamBlock) -> tuple[str, Any] | None:
    """Return (block name, value) that puts the first question with options in a body again; None without one.

    The question is a new poll that follows the earlier one, so the change can be shown. A copy that nobody has
    answered yet is used before another one is made.
    """
    for child in body:
        if child.block_type not in stream.child_blocks:
            continue
        if isinstance(child.value, Poll) and child.value.kind != Poll.Kind.WORDS:
            return child.block_type, _following(child.value)
        if isinstance(child.value, StructValue):
            names = [
                name for name, held in child.value.items() if isinstance(held, Poll) and held.kind != "words"
            ]
            if names:
                value = {**child.value, names[0]: _following(child.value[names[0]])}
                return child.block_type, child.block.normalize(value)
    return None


def _following(poll: Poll) -> Poll:
    with transaction.atomic():
        unanswered: Poll | None = (
            poll.followed_by.filter(ballots=None, archived_at=None).order_by("pk").first()
        )
        if unanswered:
            return unanswered
        copy: Poll = copy_poll(poll)
        copy.follows = poll
        copy.save(update_fields=["follows"])
    return copy


def mail_choices(poll: Poll) -> list[dict[str, str]]:
    """Return {"text", "url"} for each option on offer; the url holds the slot ``%%token%%``."""
    return [{"text": option.text, "url": url} for option, url in mail_links(poll, "%%token%%")]


def mail_reader(token: str) -> MailReader | None:
    """Return who a mail with this token was delivered to, for the poll that is answered from it."""
    holder = mailing.holder_of(token)
    return MailReader(holder.identity, holder.hint, holder.page_id) if holder else None


def connect_signals(*, withdrawn: Any, folded: Any) -> None:
    """Tell when words may no longer be quoted (withdrawn(source, keys)), and when a tally was folded (folded(poll))."""

    def on_withdrawn(sender: Any, ballot: Ballot, **kwargs: Any) -> None:
        withdrawn(PollSource.slug, [str(ballot.uuid)])

    def on_folded(sender: Any, poll: Poll, **kwargs: Any) -> None:
        folded(poll)

    signals.consent_withdrawn.connect(on_withdrawn, weak=False, dispatch_uid="onward_blog.consent_withdrawn")
    for signal in (signals.tally_folded, signals.poll_closed):
        signal.connect(on_folded, weak=False, dispatch_uid="onward_blog.tally_folded")
