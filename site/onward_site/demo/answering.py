"""The ballots readers cast in the demo's polls."""

import random
import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from onward_polls.actions import rebuild_tallies
from onward_polls.models import Ballot, Poll, Vote
from onward_polls.readers import reader_key

from .content.polls import ALL_POLLS
from .content.shapes import PollText
from .content.words import ALL_WORDS
from .stage import DAYS_SINCE_PART_ONE, Stage, dice, option_uuid
from .unfair import cast_burst
from .writing import add_words, ask_to_be_told, sort_words


#: How answers spread over the days after an article: most at once, a bump when somebody passed it on at work.
DAY_WEIGHTS = (44, 27, 17, 12, 9, 5, 4, 13, 9, 7, 5, 4, 5, 6, 3)
#: By the hour from 0 to 23: before work, at lunch, on the way home, late.
HOUR_WEIGHTS = (0, 0, 0, 0, 0, 1, 5, 11, 9, 6, 4, 4, 8, 7, 4, 3, 4, 7, 8, 5, 5, 6, 3, 1)
#: The first hour in which somebody could have read the article, and the mail.
PAGE_OPENS, MAIL_ARRIVES = 8, 10
#: Readers who answer a question only when it is asked again have places of their own.
NEWCOMERS = 1000


@dataclass(frozen=True)
class Reader:
    """Who answers: the reader at the same place, through the same door, is the same one in every poll."""

    door: str
    place: int

    def __str__(self) -> str:
        return f"{self.door} {self.place}"

    def identity(self, stage: Stage) -> str:
        """Return what the reader is known by: a subscription, or a browser."""
        if self.door == Ballot.Door.MAIL:
            return f"subscriber:{stage.mailed[self.place].uuid}"
        return f"rid:{dice(f'browser {self.place}').getrandbits(128):032x}"


@dataclass
class Cast:
    """One ballot before it is stored, and the name of the option on it; "" in a poll for words."""

    reader: Reader
    ballot: Ballot
    option: str


def cast_ballots(stage: Stage) -> None:
    """Write the ballots of every poll as its doors would have, in bulk, and count them."""
    for text in ALL_POLLS:
        poll = stage.polls[text.name]
        casts = stage.casts[text.name] = _casts(stage, text)
        add_words(text, casts)
        Ballot.objects.bulk_create(cast.ballot for cast in casts)
        Vote.objects.bulk_create(_votes(text, poll, casts))
        cast_burst(stage, text)
        rebuild_tallies(poll)
        ask_to_be_told(text, poll)
        sort_words(text, poll)


def _casts(stage: Stage, text: PollText) -> list[Cast]:
    answers = _asked_again(stage, text) if text.follows else _asked_once(text)
    rng = dice(f"ballots {text.name}")
    return [
        Cast(reader, _ballot(stage, text, reader, rng, previous), option)
        for reader, option, previous in answers
    ]


def _asked_once(text: PollText) -> list[tuple[Reader, str, Ballot | None]]:
    """Return who answered what; a poll for words has as many ballots as there are sentences."""
    names = [name for name, _text, count in text.options for _ in range(count)]
    names = names or [""] * sum(sentence.poll == text.name for sentence in ALL_WORDS)
    dice(f"choices {text.name}").shuffle(names)
    doors = [Ballot.Door.MAIL] * text.mail + [Ballot.Door.WEB] * (len(names) - text.mail)
    return [
        (Reader(door, place), name, None) for place, (door, name) in enumerate(zip(doors, names, strict=True))
    ]


def _asked_again(stage: Stage, text: PollText) -> list[tuple[Reader, str, Ballot | None]]:
    """Return who answered what: readers of the earlier poll as the text has them move, and newcomers."""
    earlier: dict[str, list[Cast]] = defaultdict(list)
    for cast in stage.casts[text.follows]:
        earlier[cast.option].append(cast)
    left = Counter({name: count for name, _text, count in text.options})
    answers: list[tuple[Reader, str, Ballot | None]] = []
    for before, now, count in text.moves:
        movers = [earlier[before].pop(0) for _ in range(count)]
        answers += [(cast.reader, now, cast.ballot) for cast in movers]
        left[now] -= count
    newcomers = enumerate(left.elements(), NEWCOMERS)
    return answers + [(Reader(Ballot.Door.WEB, place), name, None) for place, name in newcomers]


def _ballot(
    stage: Stage, text: PollText, reader: Reader, rng: random.Random, previous: Ballot | None
) -> Ballot:
    poll = stage.polls[text.name]
    return Ballot(
        uuid=uuid.UUID(int=rng.getrandbits(128), version=4),
        poll=poll,
        reader_key=reader_key(poll, reader.identity(stage)),
        door=reader.door,
        page_ref=stage.articles[text.article].pk,
        cast_at=_moment(stage, text, str(reader)),
        role=_role(text, reader),
        previous=previous,
    )


def _role(text: PollText, reader: Reader) -> str:
    point = dice(f"role of {reader}").randrange(100)
    for role, percent in text.roles:
        if point < percent:
            return role
        point -= percent
    return ""


def _moment(stage: Stage, text: PollText, reader: str) -> datetime:
    """Return when that reader answered; a reader of two polls answers them within the same quarter of an hour."""
    rng = dice(f"time of {reader}")
    day = rng.choices(range(len(DAY_WEIGHTS)), DAY_WEIGHTS)[0]
    if text.closes_day is not None:
        day = min(day, text.closes_day - text.opens_day - 1)
    later = timedelta(seconds=dice(f"{text.name} {reader}").randrange(900))
    if text.opens_day + day == DAYS_SINCE_PART_ONE:
        return stage.now - timedelta(minutes=rng.randrange(16, 200)) + later
    hour = _hour(rng, day, reader)
    return stage.moment(text.opens_day + day, f"{hour}:{rng.randrange(60)}") + later


def _hour(rng: random.Random, day: int, reader: str) -> int:
    hour = rng.choices(range(24), HOUR_WEIGHTS)[0]
    if day:
        return hour
    return max(hour, MAIL_ARRIVES if reader.startswith(Ballot.Door.MAIL) else PAGE_OPENS)


def _votes(text: PollText, poll: Poll, casts: list[Cast]) -> list[Vote]:
    options = {option.uuid: option for option in poll.options.all()}
    return [
        Vote(ballot=cast.ballot, option=options[option_uuid(text.name, cast.option)], exclusive=True)
        for cast in casts
        if cast.option
    ]
