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


def linked_upwards(people: int) -> dict[str, object]:
    """Browsers turn out to be their mails' readers, and those the owners of addresses, while all of them answer."""
    from onward_polls.actions import link_reader
    from onward_polls.readers import linked_key, reader_key

    poll = a_poll()
    options = list(poll.options.all())
    rungs = ("rid", "subscriber", "address")
    jobs = []
    for i in range(people):
        low, middle, high = (f"{rung}:{i}" for rung in rungs)
        jobs += [
            lambda i=i, name=name: cast(poll, i, identity=name, options=[options[i % 4]])
            for name in (low, middle, high)
        ]
        links = [(low, middle), (middle, high)]
        jobs += [lambda alias=a, name=b: link_reader(poll, alias=alias, identity=name) for a, b in links]
    errors = at_once(jobs)
    homes = [{linked_key(poll, reader_key(poll, f"{rung}:{i}")) for rung in rungs} for i in range(people)]
    return {"errors": errors, **books(poll), "homes": sum(map(len, homes))}


def every_rung(people: int) -> dict[str, object]:
    """People answer in a browser and from a mail, and confirm the address of that mail, all at once."""
    from onward_polls.actions import cast_ballot, cast_from_mail, confirm_follow_up
    from onward_polls.models import FollowUp

    poll = a_poll()
    options = list(poll.options.all())
    jobs = []
    for i in range(people):
        address, two = f"ada{i}@example.org", [options[i % 4]]
        ballot = cast_ballot(poll, identity=f"rid:{i}", options=two)
        asked = {"requested_at": ballot.cast_at, "asked_at": ballot.cast_at}
        wish = FollowUp.objects.create(ballot=ballot, address=address, **asked)
        mail = {"identity": f"subscriber:{i}", "address": address, "network": f"network {i % 3}"}
        jobs += [
            lambda wish=wish: confirm_follow_up(wish),
            lambda i=i, two=two, mail=mail: cast_from_mail(poll, browser=f"rid:{i}", options=two, **mail),
            lambda i=i, two=two, mail=mail: cast_from_mail(poll, browser=f"phone:{i}", options=two, **mail),
            lambda i=i, two=two: cast(poll, i, identity=f"rid:{i}", options=two, network=f"network {i % 3}"),
        ]
    return {"errors": at_once(jobs), **books(poll)}


#: As ``crowd.CROWDS``.
CROWDS_OF_ONE = {one_address: (50, 5), one_account: (50, 5), linked_upwards: (12, 3), every_rung: (15, 3)}
