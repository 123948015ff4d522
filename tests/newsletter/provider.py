"""Three providers' HTTP interfaces in this process, as their documentation describes them, for Anymail to talk to.

Each one fills the slots of what it is given, and does it in the worst way one can think of: it looks at what it has put
in once more. What a recipient would read is kept as a ``Received``.
"""

import html
import json
import re
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs

import pytest
from anymail.backends.mailgun import EmailBackend as Mailgun
from anymail.message import AnymailRecipientStatus


@dataclass(frozen=True)
class Received:
    """One mail, as its recipient gets it."""

    to: str
    subject: str
    text: str
    html: str
    headers: Mapping[str, str]
    #: What the provider would tell of it in its events.
    metadata: Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """What the provider answers; with status 0 it hangs up instead, having taken what was given."""

    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    takes: bool = False


class Unfilled(Exception):
    """A mark stands in the message for which there is no value."""


def read_mailgun(body: bytes) -> list[Received]:
    form = parse_qs(body.decode(), keep_blank_values=True)
    given = json.loads(form.get("recipient-variables", ["{}"])[0])
    return [_by_mailgun(form, to, given.get(parseaddr(to)[1])) for to in form["to"]]


def _by_mailgun(form: Mapping[str, list[str]], to: str, values: Mapping[str, str] | None) -> Received:
    def fill(text: str) -> str:
        # Without recipient variables nothing is filled.
        return text if values is None else _twice(text, r"%recipient\.([^%\s]+)%", values)

    def all_of(prefix: str) -> dict[str, str]:
        return {
            name.removeprefix(prefix): fill(value[0])
            for name, value in form.items()
            if name.startswith(prefix)
        }

    parts = {name: fill(form.get(name, [""])[0]) for name in ("subject", "text", "html")}
    return Received(to, headers=all_of("h:"), metadata=all_of("v:"), **parts)


def _twice(text: str, mark: str, values: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        if found[1] not in values:
            raise Unfilled(found[0])
        return values[found[1]]

    return re.sub(mark, value, re.sub(mark, value, text))


def read_sendgrid(body: bytes) -> list[Received]:
    data = json.loads(body)
    contents = {content["type"]: content["value"] for content in data["content"]}
    mails = []
    for person in data["personalizations"]:
        values = person.get("substitutions", {})

        def fill(text: str, values: Mapping[str, str] = values) -> str:
            for name, value in [*values.items(), *values.items()]:
                text = text.replace(name, value)
            return text

        mails += [
            Received(
                to["email"],
                fill(data["subject"]),
                fill(contents["text/plain"]),
                fill(contents.get("text/html", "")),
                {**data.get("headers", {}), **person.get("headers", {})},
                {**data.get("custom_args", {}), **person.get("custom_args", {})},
            )
            for to in person["to"]
        ]
    return mails


CURLY = {
    "opening_triple_curly()": "{{{",
    "opening_double_curly()": "{{",
    "closing_triple_curly()": "}}}",
    "closing_double_curly()": "}}",
}


def read_sparkpost(body: bytes) -> list[Received]:
    data = json.loads(body)
    content = data["content"]
    mails = []
    for person in data["recipients"]:
        values = {**data.get("substitution_data", {}), **person.get("substitution_data", {})}

        def fill(text: str, escape: Callable[[str], str] = str, values: Mapping[str, str] = values) -> str:
            def value(found: re.Match[str]) -> str:
                if name := found[1]:
                    return values.get(name, "")
                return CURLY[found[2]] if found[2] in CURLY else escape(values.get(found[2], ""))

            return re.sub(r"\{\{\{ *([\w()]+) *\}\}\}|\{\{ *([\w()]+) *\}\}", value, text)

        headers = {name: fill(text) for name, text in content.get("headers", {}).items()}
        mails.append(
            Received(
                person["address"]["email"],
                fill(content["subject"]),
                fill(content["text"]),
                fill(content.get("html", ""), html.escape),
                headers,
                {**data.get("metadata", {}), **person.get("metadata", {})},
            )
        )
    return mails


#: By the folder in the address: how each one reads a request, and what it says when it took it.
INTERFACES: dict[str, tuple[Callable[[bytes], list[Received]], Callable[[int], Answer]]] = {
    "mailgun": (read_mailgun, lambda number: Answer(200, json.dumps({"id": "<1@mg>", "message": "Queued."}))),
    "sendgrid": (read_sendgrid, lambda number: Answer(202)),
    "sparkpost": (
        read_sparkpost,
        lambda number: Answer(
            200,
            json.dumps(
                {
                    "results": {
                        "total_accepted_recipients": number,
                        "total_rejected_recipients": 0,
                        "id": "1",
                    }
                }
            ),
        ),
    ),
}


class ProviderServer:
    """Takes calls, until it is told to answer otherwise."""

    def __init__(self, certificate: Path | None = None) -> None:
        """Listen, over TLS where there is a certificate, with its key beside it."""
        self.mails: list[Received] = []
        #: The recipients of each call that arrived, whatever was answered.
        self.calls: list[list[str]] = []
        #: Asked what to do with each call; None to take it.
        self.answer: Callable[[list[Received]], Answer | None] = lambda mails: None
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, certificate.with_name("key.pem"))
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def take(self, name: str, body: bytes) -> Answer:
        read, accept = INTERFACES[name]
        mails = read(body)
        with self._lock:
            self.calls.append([mail.to for mail in mails])
            answer = self.answer(mails)
            if answer is None or answer.takes:
                self.mails += mails
        return answer or accept(len(mails))


def _handler(server: ProviderServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = server.take(self.path.split("/")[1], body)
            if not answer.status:
                self.close_connection = True
                return
            data = answer.body.encode()
            self.send_response(answer.status)
            for name, value in {"Content-Length": str(len(data)), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    return Handler


class MailgunThatSaysMore(Mailgun):
    """A project's own backend, which is told what became of each recipient."""

    def parse_recipient_status(self, response: Any, payload: Any, message: Any) -> dict[str, Any]:
        said = response.json().get("became", {})
        return {
            address: AnymailRecipientStatus(status.message_id, said.get(address, status.status))
            for address, status in super().parse_recipient_status(response, payload, message).items()
            if said.get(address) != "not mentioned"
        }


#: Where each interface is.
ADDRESSES = {"mailgun": "mailgun/v3", "sendgrid": "sendgrid/v3", "sparkpost": "sparkpost/api/v1"}


@pytest.fixture
def provider() -> Iterator[ProviderServer]:
    with ProviderServer() as running:
        yield running


@pytest.fixture
def send_over(settings: Any, provider: ProviderServer) -> Callable[..., None]:
    """Send over one of the providers; ``together`` is how many at a time."""

    def choose(name: str, *, together: int = 100, port: int = 0, backend: str = "") -> None:
        settings.EMAIL_BACKEND = backend or f"anymail.backends.{name}.EmailBackend"
        settings.ANYMAIL = {
            f"{name.upper()}_API_KEY": "key",
            f"{name.upper()}_API_URL": f"http://127.0.0.1:{port or provider.port}/{ADDRESSES[name]}",
            "REQUESTS_TIMEOUT": 1,
        }
        settings.ONWARD_NEWSLETTER = {"MESSAGES_PER_CALL": together, "RETRY_SECONDS": (0, 0, 0, 0, 0)}

    return choose


@pytest.fixture
def mailgun(send_over: Callable[..., None], provider: ProviderServer) -> ProviderServer:
    send_over("mailgun")
    return provider


def sizes(server: ProviderServer) -> list[int]:
    return [len(call) for call in server.calls]


def mails_by_address(server: ProviderServer) -> dict[str, Received]:
    found = {mail.to: mail for mail in server.mails}
    assert len(found) == len(server.mails)
    return found
