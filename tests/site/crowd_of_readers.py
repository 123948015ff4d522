"""Three hundred readers with a plan each: what they do over HTTP, and what they therefore expect to be counted.

A plan is drawn from a fixed seed. The expectations come from the plans alone, never from the database.
"""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from onward_newsletter.models import Delivery, Outbox
from onward_polls.models import Option, Poll
from tests.blog.discussion import FETCH, aged, hidden_fields, new_url, typed

from .letters import paths_in


SEED = 20261123
READERS = 300
#: Readers who subscribe before Part 1 is mailed.
SUBSCRIBERS = 140

DOORS = ("web", "script", "mail", "both", "embed", "none")
WEIGHTS = (90, 50, 60, 30, 30, 40)
CONSENTS = ("none", "anonymous", "initials", "name")
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@dataclass
class Reader:
    """One person with one browser, from a network of his own."""

    number: int
    is_subscriber: bool
    door: str
    choice: str = ""
    second_thought: str = ""
    withdraws: bool = False
    words: str = ""
    consent: str = "none"
    wants_to_be_told: bool = False
    comments: bool = False
    shares: str = ""
    arrives: bool = False
    again: str = ""
    client: Client = field(init=False)
    token: str = ""

    def __post_init__(self) -> None:
        address = f"10.{self.number // 200}.{self.number % 200}.9"
        self.client = Client(enforce_csrf_checks=True, REMOTE_ADDR=address, HTTP_USER_AGENT=BROWSER)

    @property
    def address(self) -> str:
        return f"reader-{self.number}@example.org"

    @property
    def answer(self) -> str:
        """What counts of this reader in the end; "" for nothing."""
        return "" if self.door == "none" or self.withdraws else self.second_thought or self.choice

    @property
    def counted_door(self) -> str:
        """The door of the last answer: who thinks again does so on the page."""
        if self.second_thought or self.door in {"web", "script"}:
            return "web"
        return "mail" if self.door in {"mail", "both"} else "embed"

    # What a person does

    def answers_part_one(self, poll: Poll, token: str = "") -> None:
        """Answer by his own door, think again, write, withdraw: all that the plan holds for the poll."""
        if self.door == "none":
            return
        if self.door in {"mail", "both"}:
            self._answer_from_mail(poll, token, self.choice)
        else:
            self.press(poll, self.choice, door=self.door)
        if self.second_thought:
            self.press(poll, self.second_thought)
        if self.words:
            self._post(poll, "words/", {"words": self.words, "consent": self.consent, "credit": self.name})
        if self.wants_to_be_told:
            self._post(poll, "follow-up/", {"address": self.address})
            self._follow(Outbox.objects.get(purpose="poll_follow_up", address=self.address))
        if self.withdraws:
            self._post(poll, "withdraw/", {})

    def press(self, poll: Poll, text: str, *, door: str = "web") -> None:
        """Answer on the page, by hand or by the script, and confirm where that is asked for."""
        fields = {"option": str(Option.objects.get(poll=poll, text=text).uuid)}
        fields |= {"door": "embed"} if door == "embed" else {}
        self._post(poll, "", fields, FETCH if door == "script" else {})

    def _answer_from_mail(self, poll: Poll, token: str, text: str) -> None:
        path = f"/v/{token}/{Option.objects.get(poll=poll, text=text).uuid}"
        opened = Client().get(path)  # a scanner was there before
        if opened.status_code != 200 or self.client.post(path).status_code >= 400:
            raise AssertionError(f"The link {path} did not work for {self.address}.")
        self._note_token()

    def comment(self, article: Any) -> None:
        """Comment as a guest, confirm by the mail; the author has yet to let it through."""
        fragments = self.client.post(f"/reader/{article.pk}/").json()["fragments"]
        hidden = aged(article, hidden_fields(fragments[f"comment-form-{article.pk}"]))
        fields = {**hidden, **typed(f"Reader {self.number} agrees.", email=self.address, name=self.name)}
        self._must(self.client.post(new_url(article), fields, headers=FETCH))
        self._follow(Outbox.objects.get(purpose="confirm_comment", address=self.address))

    def share(self, article: Any) -> None:
        """Press the button of one channel."""
        self._must(self.client.post(f"/share/{article.pk}/{self.shares}/", headers=FETCH))

    @property
    def name(self) -> str:
        return f"Robin Reader{self.number}"

    def _follow(self, mail: Outbox) -> None:
        """Press the button behind the link of a mail, as often as a nervous person does."""
        path = next(
            path for path in paths_in(mail.text) if "confirm" in path or "follow" in path or "told" in path
        )
        for _press in range(2):
            self._must(self.client.post(path, self._with_token({})))

    def _post(self, poll: Poll, where: str, fields: dict[str, str], headers: Any = None) -> Any:
        """Post a form, and once more with the token if the answer is a page that asks to confirm."""
        path = f"/polls/{poll.pk}/{where}"
        response = self._must(self.client.post(path, self._with_token(fields), headers=headers or {}))
        if "X-Onward-Unconfirmed" in response.headers:
            response = self._must(self.client.post(path, self._with_token(fields), headers=headers or {}))
        return response

    def _with_token(self, fields: dict[str, str]) -> dict[str, str]:
        return {**fields, "csrfmiddlewaretoken": self.token} if self.token else fields

    def _must(self, response: Any) -> Any:
        self._note_token()
        if response.status_code >= 400:
            raise AssertionError(f"{response.status_code} for {self}: {response.content.decode()[:800]}")
        return response

    def _note_token(self) -> None:
        if cookie := self.client.cookies.get("csrftoken"):
            self.token = cookie.value


def a_crowd(options: Sequence[str]) -> list[Reader]:
    """Return three hundred readers, the same ones in every run."""
    chance = random.Random(SEED)
    return [_reader(number, options, chance) for number in range(READERS)]


def _reader(number: int, options: Sequence[str], chance: random.Random) -> Reader:
    is_subscriber = number < SUBSCRIBERS
    door = chance.choices(DOORS, WEIGHTS)[0]
    if door in {"mail", "both"} and not is_subscriber:
        door = "web"
    reader = Reader(number, is_subscriber, door, chance.choices(options, range(len(options), 0, -1))[0])
    reader.comments, reader.arrives = chance.random() < 0.06, chance.random() < 0.2
    reader.shares = chance.choice(("linkedin", "mail", "link")) if chance.random() < 0.1 else ""
    if door == "none":
        return reader
    if door == "both" or chance.random() < 0.1:
        reader.second_thought = chance.choice([text for text in options if text != reader.choice])
    reader.withdraws = chance.random() < 0.05
    if chance.random() < 0.25:
        reader.words, reader.consent = f"Number {number} does it on Fridays.", chance.choice(CONSENTS)
    reader.wants_to_be_told = chance.random() < 0.12
    reader.again = chance.choice(options) if chance.random() < 0.6 else ""
    return reader


def tokens_of(issue: Any) -> dict[str, str]:
    """Return {address: token} of an issue that was mailed."""
    rows = Delivery.objects.filter(issue=issue, state="submitted")
    return dict(rows.values_list("subscriber__address", "token"))


def counted(readers: Iterable[Reader]) -> list[Reader]:
    return [reader for reader in readers if reader.answer]


def expected_lines(readers: Iterable[Reader]) -> Counter[str]:
    return Counter(reader.answer for reader in counted(readers))


def expected_doors(readers: Iterable[Reader]) -> Counter[str]:
    return Counter(reader.counted_door for reader in counted(readers))


def expected_moves(readers: Iterable[Reader]) -> Counter[tuple[str, str]]:
    """Count who chose what then and now, of those who answered both times."""
    return Counter((reader.answer, reader.again) for reader in counted(readers) if reader.again)
