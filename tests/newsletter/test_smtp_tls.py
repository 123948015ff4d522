"""Encryption and logging in, with a mail server that really does both."""

import contextlib
import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from onward_newsletter.actions.issues import prepare_issue
from onward_newsletter.messages import Message, MessageTemplate
from onward_newsletter.models import Issue, Lane
from onward_newsletter.pump import pump
from onward_newsletter.transports.connection import SmtpConnection
from onward_newsletter.transports.replies import Kind
from tests.services import free_port

from .certificate import HOST
from .relay import readers, sending_to, states


pytestmark = [
    pytest.mark.django_db,
    # With TLS from the first byte, the server does not see that it is encrypted.
    pytest.mark.filterwarnings("ignore:Requiring AUTH"),
]

USER, SECRET = "press", "right horse"

#: Large enough that it does not fit into the buffers of a socket, and is written in pieces.
LARGE = "A long line of news that nobody could compress. " * 40_000


class Letters:
    """What the server was given, and over what kind of connection."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, bool, bytes]] = []
        self.logins: list[str] = []
        self.refusal = "535 5.7.8 wrong name or password"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        is_encrypted = server.transport.get_extra_info("ssl_object") is not None
        self.taken.append((envelope.rcpt_tos[0], is_encrypted, content))
        return "250 taken"

    def log_in(self, server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        assert isinstance(given, LoginPassword)
        self.logins.append(given.login.decode())
        if given == LoginPassword(USER.encode(), SECRET.encode()):
            return AuthResult(success=True)
        return AuthResult(success=False, handled=False, message=self.refusal)


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


@pytest.fixture
def letters(certificate: Path, settings: Any, request: pytest.FixtureRequest) -> Iterator[Letters]:
    """Serve mail with STARTTLS, or with TLS from the first byte, for those who log in."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    is_smtps = getattr(request, "param", "starttls") == "smtps"
    found = Letters()
    options: dict[str, Any] = {"authenticator": found.log_in, "auth_required": True}
    if is_smtps:
        options |= {"ssl_context": context, "auth_require_tls": False}
    else:
        options |= {"tls_context": context, "require_starttls": True}
    controller = Controller(found, hostname=HOST, port=free_port(), server_hostname="sink", **options)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = HOST, 5
    settings.EMAIL_PORT = controller.port
    settings.EMAIL_USE_SSL, settings.EMAIL_USE_TLS = is_smtps, not is_smtps
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = USER, SECRET
    settings.ONWARD_NEWSLETTER = {"CONNECTIONS": 3, "RETRY_SECONDS": (0, 0, 0, 0, 0)}
    yield found
    controller.stop()


class Job:
    was_retried = False


def encrypted_pair(certificate: Path) -> tuple[ssl.SSLSocket, ssl.SSLSocket]:
    """Return both ends of an encrypted connection that holds little at a time."""
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4608)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    with ThreadPoolExecutor(1) as beside:
        found = beside.submit(context.wrap_socket, theirs, server_side=True)
        client = ssl.create_default_context(cafile=str(certificate)).wrap_socket(ours, server_hostname=HOST)
        return client, found.result(10)


@pytest.mark.parametrize("size", range(14_800, 16_200, 100))
def test_a_message_is_with_the_server_though_the_commands_after_it_are_not(
    certificate: Path, size: int
) -> None:
    ours, server = encrypted_pair(certificate)
    connection = SmtpConnection(ours, pipelining=True, timeout=5)
    template = MessageTemplate(subject="S", sender="ann@example.org", text="T")
    message = Message(template, template.sender, "reader@example.org", "1@example.org")
    first = Job()
    connection.ask(first, message)
    connection.flush()
    server.recv(4096)
    server.sendall(b"250 sender\r\n250 recipient\r\n354 go ahead\r\n")
    while not connection.receive():
        pass
    connection.hand_over(b"x" * size + b"\r\n.\r\n")
    connection.ask(Job(), message)

    server.setblocking(False)
    taken = b""
    while not taken.endswith(b"\r\n.\r\n"):
        connection.flush()
        with contextlib.suppress(ssl.SSLWantReadError):
            while not taken.endswith(b"\r\n.\r\n"):
                taken += server.recv(1)
    server.send(b"250 taken\r\n")
    server.close()

    outcomes = [*connection.flush(), *connection.receive()]
    assert (outcomes[0].kind, outcomes[0].job) == (Kind.ACCEPTED, first)


both = pytest.mark.parametrize("letters", ["starttls", "smtps"], indirect=True)


@both
@pytest.mark.usefixtures("trusted")
def test_an_issue_goes_out_encrypted_after_logging_in(letters: Letters) -> None:
    issue = sending_to(readers(20))

    pump()

    issue.refresh_from_db()
    assert issue.state == Issue.State.SUBMITTED
    assert sorted(name for name, _encrypted, _content in letters.taken) == readers(20)
    assert all(encrypted for _name, encrypted, _content in letters.taken)
    assert set(letters.logins) == {USER}


@both
@pytest.mark.usefixtures("trusted")
def test_a_large_message_arrives_whole(letters: Letters) -> None:
    issue = sending_to(readers(4))
    prepare_issue(issue)
    Issue.objects.filter(pk=issue.pk).update(text=LARGE)

    pump()

    assert set(states(issue).values()) == {"submitted"}
    for _name, _encrypted, content in letters.taken:
        mail = message_from_bytes(content, policy=policy.default)
        assert mail.get_body(("plain",)).get_content().strip() == LARGE.strip()


@both
@pytest.mark.usefixtures("trusted")
def test_a_wrong_password_pauses_the_issue_and_says_so(letters: Letters, settings: Any) -> None:
    settings.EMAIL_HOST_PASSWORD = "wrong horse"
    issue = sending_to(readers(3))

    pump()
    tried = len(letters.logins)
    pump()

    issue.refresh_from_db()
    assert issue.state == Issue.State.PAUSED
    assert "user name and password" in issue.state_reason
    assert "535" in issue.state_reason
    assert len(letters.logins) == tried > 0
    assert set(states(issue).values()) == {"pending"}


@pytest.mark.usefixtures("trusted")
def test_a_login_that_fails_for_now_rests_the_lane(letters: Letters, settings: Any) -> None:
    settings.EMAIL_HOST_PASSWORD = "wrong horse"
    letters.refusal = "454 4.7.0 the directory is away"
    issue = sending_to(readers(3))

    pump()

    issue.refresh_from_db()
    assert issue.state == Issue.State.SENDING
    assert "454" in Lane.objects.get().reason
    assert set(states(issue).values()) == {"pending"}


@both
def test_a_certificate_nobody_vouches_for_rests_the_lane(letters: Letters) -> None:
    issue = sending_to(readers(3))

    report = pump()

    issue.refresh_from_db()
    assert issue.state == Issue.State.SENDING
    assert "certificate of 127.0.0.1 is not trusted" in Lane.objects.get().reason
    assert (letters.taken, letters.logins, report.left) == ([], [], 0)
    assert set(states(issue).values()) == {"pending"}


@both
@pytest.mark.usefixtures("trusted")
def test_a_password_that_smtp_cannot_carry_pauses_the_issue_and_says_so(
    letters: Letters, settings: Any
) -> None:
    settings.EMAIL_HOST_PASSWORD = "cheval élégant"
    issue = sending_to(readers(3))

    pump()

    issue.refresh_from_db()
    assert issue.state == Issue.State.PAUSED
    assert "user name and password" in issue.state_reason
    assert "é" not in issue.state_reason
    assert set(states(issue).values()) == {"pending"}
