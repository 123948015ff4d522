"""One person in many browsers at once, who turns out to be one reader; gathered by ``tests.polls.crowd``."""

from tests.polls.crowd import a_poll, at_once, books, cast


def one_address(readers: int) -> dict[str, object]:
    """One person confirms one address from many browsers at once, and answers on in each of them."""
    from onward_polls.actions import cast_ballot, confirm_follow_up
    from onward_polls.models import FollowUp

    poll = a_poll()
    options = list(poll.options.all())
    ballots = [cast_ballot(poll, identity=f"rid:{i}", options=[options[i % 4]]) for i in range(readers)]
    wish = {"address": "ada@example.org", "requested_at": ballots[0].cast_at, "asked_at": ballots[0].cast_at}
    wishes = [FollowUp.objects.create(ballot=ballot, **wish) for ballot in ballots]
    jobs = [lambda wish=wish: confirm_follow_up(wish) for wish in wishes]
    jobs += [lambda i=i: cast(poll, i, identity=f"rid:{i}", options=[options[i % 4]]) for i in range(readers)]
    return {"errors": at_once(jobs), **books(poll)}


def one_account(readers: int) -> dict[str, object]:
    """One person is signed in in many browsers that have answered before, and answers in all of them at once."""
    poll = a_poll()
    options = list(poll.options.all())
    for i in range(readers):
        cast(poll, 0, identity=f"rid:{i}", options=[options[i % 4]])
    signed_in = {"identity": "user:1"}
    jobs = [
        lambda i=i: cast(poll, 0, browser=f"rid:{i}", options=[options[i % 4]], **signed_in)
        for i in range(readers)
    ]
    return {"errors": at_once(jobs), **books(poll)}


#: As ``crowd.CROWDS``.
CROWDS_OF_ONE = {one_address: (50, 5), one_account: (50, 5)}
