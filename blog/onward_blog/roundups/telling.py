"""Telling readers what came of their answers: the plan, which the author sees first, and one mail each."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from onward_blog import mailing
from onward_blog.links import absolute
from onward_blog.mail import send_mail
from onward_blog.models import CommentState, Roundup, RoundupQuote, RoundupUse
from onward_blog.responses.people import Asked
from onward_blog.site_names import name_for_page

from .actions import used_in
from .components import part_name
from .reading import Reading


#: What the outbox calls these mails.
PURPOSE = "tell_reader"


@dataclass
class Told:
    """One person to tell, under one spelling of the address, and why."""

    address: str
    roundup: Roundup
    follow_ups: list[int] = field(default_factory=list)
    #: The quote of this person that the part kept, to link to.
    quote_id: int | None = None


@dataclass(frozen=True)
class Plan:
    """Who will be told what by which mail; nobody stands in two places."""

    page: Any
    #: The issue of this part, or None while there is none.
    issue: Any | None
    #: How many follow the series: they are told in the issue, and get no other mail.
    follower_count: int
    #: How many of those answered, and find their own answer in the first line of their mail.
    follower_line_count: int
    #: How many of those who asked, or are quoted, follow the series.
    among_followers: int
    #: Those who get a mail of their own.
    people: tuple[Told, ...]
    #: How many would, but their address may not be written to: mail came back from it, or its owner complained.
    refused_count: int
    #: Quoted readers whose address nobody knows, or who did not ask for mail.
    quoted_unreachable: int
    told_at: Any | None

    @property
    def quoted_count(self) -> int:
        return sum(person.quote_id is not None for person in self.people)


def plan_telling(page: Any) -> Plan:
    """Return who is to be told that this part takes up their answers.

    Those who follow the series are told in its issue, and never from here, so that nobody gets two mails. Everybody
    else is told only who asked for it: by a confirmed follow-up, or, for a quoted comment, by asking to hear of
    replies.
    """
    page = page if page.live else page.get_latest_revision_as_object()
    followers = mailing.told_by_issue(page)
    quotes = _quotes(page)
    people, reachable = _people(page)
    known = _known_by_subscription(page, followers, quotes)
    among = [person for person in people.values() if person.address in followers]
    others = [person for person in people.values() if person.address not in followers]
    closed = mailing.closed_to(PURPOSE, [person.address for person in others])
    uses = RoundupUse.objects.filter(page=page.pk, told_at__isnull=False).order_by("told_at")
    return Plan(
        page=page,
        issue=mailing.issue_of(page),
        follower_count=len(followers),
        follower_line_count=known.lines,
        among_followers=len(among),
        people=tuple(person for person in others if person.address not in closed),
        refused_count=len(closed),
        quoted_unreachable=len(set(quotes) - reachable - known.quotes),
        told_at=uses.values_list("told_at", flat=True).last(),
    )


def tell_readers(page: Any) -> int:
    """Write one mail to everybody in the plan; return how many were new. Pressing again mails nobody twice.

    The mails go with the transaction that notes who was told. Each has a key made of the page and the address, so
    that no second one is written, whatever happens in between. Whose address is closed to mail is not told, and not
    noted as told: nobody is, of whom it is not true.
    """
    plan = plan_telling(page)
    now = timezone.now()
    with transaction.atomic():
        sent = sum(_tell(page, person) for person in plan.people)
        # An address may have been closed since the plan was made.
        closed = mailing.closed_to(PURPOSE, [person.address for person in plan.people])
        told = [person for person in plan.people if person.address not in closed]
        RoundupUse.objects.filter(page=page.pk, told_at=None).update(told_at=now)
        _mark_told([follow_up for person in told for follow_up in person.follow_ups], now)
    return sent


def note_told_by_issue(page: Any) -> None:
    """Note of those who asked, and have the issue with this part, that they were told: nobody is told again."""
    people, _reachable = _people(page)
    reached = mailing.ledger_of(page, "submitted") if people else {}
    told = [person for address, person in people.items() if address in reached]
    _mark_told([follow_up for person in told for follow_up in person.follow_ups], timezone.now())


def _people(page: Any) -> tuple[dict[str, Told], set[int]]:
    """Return by address who asked to be told or is quoted and can be, and which of the quotes are theirs."""
    people: dict[str, Told] = {}
    reachable: set[int] = set()
    for roundup, kept in used_in(page).items():
        _add_those_who_asked(people, reachable, roundup, kept)
        _add_commenters(people, reachable, roundup, kept)
    return people, reachable


def _quotes(page: Any) -> list[int]:
    ids = {quote for kept in used_in(page).values() for quote in kept}
    rows = RoundupQuote.objects.filter(pk__in=ids, withdrawn_at=None)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _add_those_who_asked(
    people: dict[str, Told], reachable: set[int], roundup: Roundup, kept: set[int]
) -> None:
    quoted = _by_key(kept, "polls")
    for asked in _who_asked(roundup):
        person = people.setdefault(mailing.one_spelling(asked.address), Told(asked.address, roundup))
        person.address = mailing.one_spelling(asked.address)
        person.follow_ups.append(asked.follow_up_id)
        if quote := quoted.get(asked.ballot_uuid):
            person.quote_id = person.quote_id or quote
            reachable.add(quote)


def _who_asked(roundup: Roundup) -> list[Asked]:
    """Return those who asked and whose answer is in the roundup; whoever came later waits for the next part."""
    if not apps.is_installed("onward_polls"):
        return []
    from onward_blog.responses.polls import who_asked

    reading = Reading(roundup.data)
    return who_asked((question.poll_id for question in reading.questions), before=reading.until)


def _add_commenters(people: dict[str, Told], reachable: set[int], roundup: Roundup, kept: set[int]) -> None:
    quoted = _by_key(kept, "comments")
    states = CommentState.objects.public().filter(comment__in=list(quoted), follows_replies=True)
    for comment, address in states.order_by("pk").values_list("comment_id", "comment__user_email"):
        if not address:
            continue
        spelling = mailing.one_spelling(address)
        person = people.setdefault(spelling, Told(spelling, roundup))
        person.quote_id = person.quote_id or quoted[str(comment)]
        reachable.add(quoted[str(comment)])


def _by_key(quotes: Iterable[int], source: str) -> dict[str, int]:
    rows = RoundupQuote.objects.filter(pk__in=list(quotes), source=source, withdrawn_at=None)
    return dict(rows.values_list("source_key", "pk"))


@dataclass(frozen=True)
class _Known:
    lines: int
    quotes: set[int]


def _known_by_subscription(page: Any, followers: dict[str, str], quotes: list[int]) -> _Known:
    """Return how many followers find a line of their own in the issue, and which quotes are theirs."""
    if not followers or not apps.is_installed("onward_polls"):
        return _Known(0, set())
    from onward_blog.responses.polls import chosen_by

    from .personal import personal_lines

    identities = list(followers.values())
    polls = {q.poll_id for roundup in used_in(page) for q in Reading(roundup.data).questions}
    ballots = {answer.ballot_uuid for answers in chosen_by(polls, identities).values() for answer in answers}
    theirs = {pk for key, pk in _by_key(quotes, "polls").items() if key in ballots}
    return _Known(len(personal_lines(page, identities)), theirs)


def _tell(page: Any, person: Told) -> bool:
    address = absolute(page.get_absolute_url())
    what_came = (
        _("What came of your answer: %(title)s") if person.follow_ups else _("You are quoted: %(title)s")
    )
    subject = what_came % {"title": page.title}
    context = {
        "subject": subject,
        "site_name": name_for_page(page),
        "page": page,
        "person": person,
        "part": part_name(Reading(person.roundup.data)),
        "link": f"{address}#quote-{person.quote_id}" if person.quote_id else address,
    }
    return send_mail(
        purpose=PURPOSE,
        address=person.address,
        subject=subject,
        text=render_to_string("onward_blog/mail/told.txt", context).strip() + "\n",
        html=render_to_string("onward_blog/mail/told.html", context),
        key=f"told:{page.pk}:{mailing.address_hash(person.address)}",
    )


def _mark_told(follow_ups: list[int], now: Any) -> None:
    if follow_ups:
        from onward_blog.responses.polls import mark_told

        mark_told(follow_ups, now)
