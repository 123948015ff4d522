"""A newsletter may have a hundred thousand followers; no query takes as many values."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from onward_blog.responses.polls import chosen_by, mark_told
from onward_polls.models import FollowUp, ReaderLink
from onward_polls.readers import reader_key
from tests.blog.answers import a_ballot, a_poll


pytestmark = pytest.mark.django_db

#: Two queries for each piece of this many.
PIECE = 500


def longest_list(queries) -> int:
    lists = [found for query in queries for found in re.findall(r"IN \(([^()]*)\)", query["sql"])]
    return max((found.count(",") + 1 for found in lists), default=0)


def test_answers_of_many_followers_are_looked_up_in_pieces():
    poll = a_poll()
    names = [f"subscriber:{number}" for number in range(1201)]
    for name in (names[0], names[700]):
        a_ballot(poll, poll.options.first(), reader_key=reader_key(poll, name))
    linked = a_ballot(poll, poll.options.last(), reader_key=reader_key(poll, "rid:1"))
    ReaderLink.objects.create(
        poll=poll, alias_key=reader_key(poll, names[1200]), reader_key=reader_key(poll, "rid:1")
    )

    with CaptureQueriesContext(connection) as queries:
        found = chosen_by([poll.pk], names)

    assert set(found) == {names[0], names[700], names[1200]}
    assert found[names[1200]][0].ballot_uuid == str(linked.uuid)
    assert longest_list(queries) <= PIECE


def test_many_are_marked_as_told_in_pieces():
    now = timezone.now()
    poll = a_poll()
    asked = FollowUp.objects.create(
        ballot=a_ballot(poll), address="a@example.org", requested_at=now, confirmed_at=now
    )

    with CaptureQueriesContext(connection) as queries:
        marked = mark_told([*range(asked.pk + 1, asked.pk + 1300), asked.pk], now)

    assert marked == 1
    assert longest_list(queries) <= PIECE
