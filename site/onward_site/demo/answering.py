"""The ballots readers cast, and the sentences some of them added."""

import random
import uuid
from datetime import datetime, timedelta
from typing import Any

from onward_polls.actions import rebuild_tallies
from onward_polls.models import Ballot, FollowUp, Poll, Vote
from onward_polls.readers import reader_key

from .content.polls import ALL_POLLS
from .content.shapes import PollText, WordsText
from .content.words import ALL_WORDS
from .stage import DAYS_SINCE_PART_ONE, Stage, dice, option_uuid


#: How answers spread over the days after an article: most at once, a bump when somebody passed it on at work.
DAY_WEIGHTS = (44, 27, 17, 12, 9, 5, 4, 13, 9, 7, 5, 4, 5, 6, 3)
#: By the hour from 0 to 23: before work, at lunch, on the way home, late.
HOUR_WEIGHTS = (0, 0, 0, 0, 0, 1, 5, 11, 9, 6, 4, 4, 8, 7, 4, 3, 4, 7, 8, 5, 5, 6, 3, 1)
#: The first hour in which somebody could have read the article, and the mail.
PAGE_OPENS, MAIL_ARRIVES = 8, 10


def cast_ballots(stage: Stage) -> None:
    """Write the ballots of every poll as its doors would have, in bulk, and count them."""
    for text in ALL_POLLS:
        words = [sentence for sentence in ALL_WORDS if sentence.poll == text.name]
        ballots = _ballots(stage, text, len(words))
        chosen = _choices(text, len(ballots))
        _add_words(words, ballots, chosen)
        poll = stage.polls[text.name]
        Ballot.objects.bulk_create(ballots)
        Vote.objects.bulk_create(_votes(text, poll, ballots, chosen))
        rebuild_tallies(poll)
        _ask_to_be_told(words, poll)


def _ballots(stage: Stage, text: PollText, sentences: int) -> list[Ballot]:
    """Return one unsaved ballot for each reader; a poll for words has as many as there are sentences."""
    total = sum(count for _name, _text, count in text.options) or sentences
    poll, page = stage.polls[text.name], stage.articles[text.article]
    doors = [Ballot.Door.MAIL] * text.mail + [Ballot.Door.WEB] * (total - text.mail)
    rng = dice(f"ballots {text.name}")
    return [
        Ballot(
            uuid=uuid.UUID(int=rng.getrandbits(128), version=4),
            poll=poll,
            reader_key=reader_key(poll, _identity(stage, place, door)),
            door=door,
            page_ref=page.pk,
            cast_at=_moment(stage, text, f"{door} {place}"),
        )
        for place, door in enumerate(doors)
    ]


def _identity(stage: Stage, place: int, door: str) -> str:
    """Return who answered: the same subscriber or browser at the same place of every poll."""
    if door == Ballot.Door.MAIL:
        return f"subscriber:{stage.mailed[place].uuid}"
    return f"rid:{dice(f'browser {place}').getrandbits(128):032x}"


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


def _choices(text: PollText, total: int) -> list[str]:
    """Return the name of the option each ballot chose, "" in a poll for words."""
    names = [name for name, _text, count in text.options for _ in range(count)] or [""] * total
    dice(f"choices {text.name}").shuffle(names)
    return names


def _add_words(words: list[WordsText], ballots: list[Ballot], chosen: list[str]) -> None:
    """Put each sentence on a ballot of its own that chose the sentence's option."""
    free = list(zip(ballots, chosen, strict=True))
    dice("words").shuffle(free)
    for sentence in words:
        spot = next(place for place, (_ballot, option) in enumerate(free) if option == sentence.option)
        ballot, _option = free.pop(spot)
        ballot.words, ballot.consent, ballot.credit = sentence.words, sentence.consent, sentence.credit


def _votes(text: PollText, poll: Poll, ballots: list[Ballot], chosen: list[str]) -> list[Vote]:
    options = {option.uuid: option for option in poll.options.all()}
    return [
        Vote(ballot=ballot, option=options[option_uuid(text.name, name)], exclusive=True)
        for ballot, name in zip(ballots, chosen, strict=True)
        if name
    ]


def _ask_to_be_told(words: list[WordsText], poll: Poll) -> None:
    """Record who asked to be told what came of a sentence, and who confirmed the address."""
    ballots: dict[str, Any] = {ballot.words: ballot for ballot in poll.ballots.with_words()}
    FollowUp.objects.bulk_create(
        _follow_up(ballots[sentence.words], sentence) for sentence in words if sentence.tell
    )


def _follow_up(ballot: Ballot, sentence: WordsText) -> FollowUp:
    return FollowUp(
        ballot=ballot,
        address=sentence.tell,
        requested_at=ballot.cast_at,
        asked_at=ballot.cast_at,
        confirmed_at=ballot.cast_at + timedelta(minutes=9) if sentence.tell_confirmed else None,
    )
