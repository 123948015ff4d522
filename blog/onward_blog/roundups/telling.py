"""Telling readers what came of their answers: the plan, which the author sees first, and one mail each."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import swapper
from django.apps import apps
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from onward_blog import mailing
from onward_blog.links import absolute
from onward_blog.mail import keys_taken, send_mail
from onward_blog.models import RoundupQuote, RoundupUse
from onward_blog.site_names import name_for_page

from .actions import used_in
from .people_to_tell import Told, by_key, find_people, reached_by_issue, reached_by_other_issues
from .reading import Reading


#: What the outbox calls these mails.
PURPOSE = "tell_reader"


class CannotTell(Exception):
    """Nobody can be told of this part now; the message is a sentence for the author."""


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
    #: How many mails about this part were written to single readers.
    told_count: int = 0
    #: The follow-ups of those who have been told, which are still to be noted so.
    used_up: frozenset[int] = frozenset()

    @property
    def quoted_count(self) -> int:
        return sum(person.quote_id is not None for person in self.people)


def plan_telling(page: Any) -> Plan:
    """Return who is to be told that this part takes up their answers.

    Those who follow the series are told in its issue, and never from here, so that nobody gets two mails. Everybody
    else is told only who asked for it: by a confirmed follow-up, or, for a quoted comment, by asking to hear of
    replies. Whoever was told already, of this part or by another one of the same answer, is in no plan any more.
    """
    page = page if page.live else page.get_latest_revision_as_object()
    followers = mailing.told_by_issue(page)
    quotes = _quotes(page)
    used_up = reached_by_other_issues(page)
    found = find_people(page, without=used_up)
    had_it = told_by_mail(page, found.by_address)
    # Sorted, so that two who press at once meet everybody in one order.
    waiting = [person for address, person in sorted(found.by_address.items()) if address not in had_it]
    used_up |= {follow_up for address in had_it for follow_up in found.by_address[address].follow_ups}
    known = _known_by_subscription(page, followers, quotes)
    among = [person for person in waiting if person.address in followers]
    others = [person for person in waiting if person.address not in followers]
    closed = mailing.closed_to(PURPOSE, [person.address for person in others])
    uses = RoundupUse.objects.filter(page=page.pk, told_at__isnull=False).order_by("told_at")
    return Plan(
        page=page,
        issue=mailing.issue_of(page),
        follower_count=len(followers),
        follower_line_count=known.lines,
        among_followers=len(among),
        people=tuple(person for person in others if person.address not in closed),
        refused_count=len(closed) + found.malformed,
        quoted_unreachable=len(set(quotes) - found.quotes - known.quotes),
        told_at=uses.values_list("told_at", flat=True).last(),
        told_count=mailing.count_keys(f"told:{page.pk}:"),
        used_up=frozenset(used_up),
    )


def tell_readers(page: Any) -> int:
    """Write one mail to everybody in the plan; return how many were new. Pressing again mails nobody twice.

    The mails go with the transaction that notes who was told. Each has a key made of the page and the address, so
    that no second one is written, whatever happens in between. Whose address is closed to mail is not told, and not
    noted as told: nobody is, of whom it is not true. Raises CannotTell for a part that not every reader can open.
    """
    _refuse_unreadable(page)
    plan = plan_telling(page)
    now = timezone.now()
    with transaction.atomic():
        sent = sum(_tell(page, person) for person in plan.people)
        # An address may have been closed since the plan was made.
        closed = mailing.closed_to(PURPOSE, [person.address for person in plan.people])
        told = [person for person in plan.people if person.address not in closed]
        RoundupUse.objects.filter(page=page.pk, told_at=None).update(told_at=now)
        noted = {follow_up for person in told for follow_up in person.follow_ups}
        _mark_told(sorted(noted | plan.used_up), now)
    return sent


def _refuse_unreadable(page: Any) -> None:
    pages = swapper.load_model("wagtailcore", "Page").objects
    if not pages.live().filter(pk=page.pk).exists():
        raise CannotTell(_("Publish this part first: the mail leads readers to it."))
    if page.get_view_restrictions().exists():
        raise CannotTell(
            _("This part is not open to every reader, and the mail would lead to a closed door.")
        )


def note_told_by_issue(page: Any) -> None:
    """Note of those who asked, and have the issue with this part, that they were told: nobody is told again."""
    told = reached_by_issue(page, find_people(page))
    _mark_told([follow_up for person in told for follow_up in person.follow_ups], timezone.now())


def told_by_mail(page: Any, addresses: Iterable[str]) -> set[str]:
    """Return which of these addresses were told of this part by a mail of their own."""
    keys = {_key(page, address): address for address in addresses}
    return {keys[key] for key in keys_taken(keys)}


def _quotes(page: Any) -> list[int]:
    ids = {quote for kept in used_in(page).values() for quote in kept}
    rows = RoundupQuote.objects.filter(pk__in=ids, withdrawn_at=None)
    return list(rows.order_by("pk").values_list("pk", flat=True))


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
    theirs = {pk for key, pk in by_key(quotes, "polls").items() if key in ballots}
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
        "part": get_text_list(person.parts, _("and")),
        "link": f"{address}#quote-{person.quote_id}" if person.quote_id else address,
    }
    return send_mail(
        purpose=PURPOSE,
        address=person.address,
        subject=subject,
        text=render_to_string("onward_blog/mail/told.txt", context).strip() + "\n",
        html=render_to_string("onward_blog/mail/told.html", context),
        key=_key(page, person.address),
    )


def _key(page: Any, address: str) -> str:
    return f"told:{page.pk}:{mailing.address_hash(address)}"


def _mark_told(follow_ups: list[int], now: Any) -> None:
    if follow_ups:
        from onward_blog.responses.polls import mark_told

        mark_told(follow_ups, now)
