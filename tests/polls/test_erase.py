"""A reader wants everything that leads to them removed."""

import pytest
from django.utils import timezone

from onward_polls.actions import add_words, confirm_follow_up, fold_tallies, link_reader, request_follow_up
from onward_polls.erasure import erase_answers, export_answers
from onward_polls.models import Ballot, FairnessFlag, FollowUp, Poll, ReaderLink, WordsNote
from onward_polls.readers import ballots_of, view_reader
from onward_polls.tally import read_tally
from tests.polls.factories import a_poll, vote


pytestmark = pytest.mark.django_db


def test_erasing_removes_words_and_identity_and_keeps_the_published_count(poll: Poll) -> None:
    ballot = vote(poll, "Repair", identity="subscriber:ada")
    add_words(ballot, words="I coach.", consent="name", credit="Ada")
    request_follow_up(ballot, "ada@example.org")
    link_reader(poll, alias="rid:browser", identity="subscriber:ada")
    fold_tallies()

    assert erase_answers("subscriber:ada") == 1

    left = Ballot.objects.get()
    assert (left.words, left.credit, left.consent) == ("", "", "none")
    assert FollowUp.objects.count() == ReaderLink.objects.count() == 0
    assert view_reader(poll, "subscriber:ada").ballot is None
    assert view_reader(poll, "rid:browser").ballot is None
    assert read_tally(poll).n == 1


def test_whoever_left_an_address_can_be_found_and_erased_by_it(poll: Poll) -> None:
    ballot = vote(poll, "Repair")
    add_words(ballot, words="I coach.", consent="anonymous")
    request_follow_up(ballot, "Ada@example.org")

    exported = export_answers(identity=None, address="ada@example.org")

    assert [(each["options"], each["words"]) for each in exported] == [(["Repair"], "I coach.")]
    assert erase_answers(None, address="ada@example.org") == 1
    assert (Ballot.objects.get().words, FollowUp.objects.count()) == ("", 0)


def test_every_ballot_of_one_person_can_be_found(poll: Poll) -> None:
    other = a_poll("Another?")
    mine = {vote(each, "Repair", identity="subscriber:ada").pk for each in (poll, other)}
    vote(poll, "Repair")

    assert {ballot.pk for ballot in ballots_of("subscriber:ada")} == mine


def test_no_address_and_no_network_stands_on_a_ballot(person: object) -> None:
    person.answer("Repair")

    stored = str(Ballot.objects.values().get())
    assert "127.0.0.1" not in stored
    assert "rid:" not in stored


def test_erasing_leaves_no_role_network_note_flag_or_way_to_another_ballot(poll: Poll) -> None:
    earlier, later = a_poll("Before?"), a_poll("After?")
    first, ballot, last = (vote(each, "Repair", identity="subscriber:ada") for each in (earlier, poll, later))
    now = timezone.now()
    flag = FairnessFlag.objects.create(
        poll=poll, kind="burst", network="n" * 64, first_at=now, last_at=now, found_at=now
    )
    flag.ballots.add(ballot)
    WordsNote.objects.create(ballot=ballot, starred=True)
    Ballot.objects.filter(pk=ballot.pk).update(role="Rep", network="n" * 64, previous=first, words="I coach.")
    Ballot.objects.filter(pk=last.pk).update(previous=ballot)

    erase_answers("subscriber:ada")

    left = Ballot.objects.get(pk=ballot.pk)
    assert (left.role, left.network, left.words, left.cast_by, left.words_by) == ("", "", "", "", "")
    assert left.previous is None
    assert Ballot.objects.get(pk=last.pk).previous is None
    assert (WordsNote.objects.count(), flag.ballots.count()) == (0, 0)


def test_whoever_confirmed_an_address_is_found_by_it_also_after_being_told(poll: Poll) -> None:
    ballot = vote(poll, "Repair")
    confirm_follow_up(request_follow_up(ballot, "Ada@example.org"))
    FollowUp.objects.all().delete()
    Ballot.objects.update(words="I coach.", role="Rep")

    (exported,) = export_answers(identity=None, address="ada@example.org")

    assert (exported["words"], exported["role"], exported["set_aside"]) == ("I coach.", "Rep", False)
    assert erase_answers(None, address="ADA@example.org") == 1
    assert not ReaderLink.objects.exists()
    assert export_answers(identity=None, address="ada@example.org") == []


def test_erasing_a_ballot_that_was_taken_back_leaves_no_row(person: object) -> None:
    person.answer("Repair")
    ballot = Ballot.objects.get()
    request_follow_up(ballot, "ada@example.org")
    confirm_follow_up(FollowUp.objects.get())
    person.send("withdraw/", {})

    erase_answers(None, address="ada@example.org")

    assert not Ballot.objects.exists()
