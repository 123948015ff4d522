"""An option is taken away while a reader answers."""

import pytest
from django.db import connection
from django.utils import timezone

from onward_polls.actions import cast_ballot
from onward_polls.errors import UnknownOption
from onward_polls.models import Ballot, Option, Poll, TallyDelta
from tests.polls.factories import option, somebody, vote


pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("how", ["deleted", "retired"])
def test_an_option_that_went_since_it_was_read_gets_a_sentence_and_no_row(poll: Poll, how: str) -> None:
    read = option(poll, "Repair")
    if how == "deleted":
        Option.objects.filter(pk=read.pk).delete()
    else:
        Option.objects.filter(pk=read.pk).update(retired_at=timezone.now())

    with pytest.raises(UnknownOption):
        cast_ballot(poll, identity=somebody(), options=[read])

    connection.check_constraints()
    assert Ballot.objects.count() == TallyDelta.objects.count() == 0


def test_an_answer_that_stands_survives_a_change_to_an_option_that_went(poll: Poll) -> None:
    reader = somebody()
    ballot = vote(poll, "Selling", identity=reader)
    gone = option(poll, "Repair")
    Option.objects.filter(pk=gone.pk).delete()

    with pytest.raises(UnknownOption):
        cast_ballot(poll, identity=reader, options=[gone])

    assert list(ballot.votes.values_list("option__text", flat=True)) == ["Selling"]


def test_a_first_ballot_does_not_slip_past_a_change_of_the_kind(poll: Poll) -> None:
    Poll.objects.filter(pk=poll.pk).update(kind=Poll.Kind.MULTIPLE)
    read = Poll.objects.get(pk=poll.pk)
    options = [option(poll, "Repair"), option(poll, "Selling")]
    Poll.objects.filter(pk=poll.pk).update(kind=Poll.Kind.SINGLE)

    with pytest.raises(UnknownOption):
        cast_ballot(read, identity=somebody(), options=options)
