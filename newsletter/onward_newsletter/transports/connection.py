"""One SMTP connection that never blocks: commands go out in groups where the server allows it (RFC 2920).

A message passes two gates. ``ask`` says MAIL, RCPT and DATA, which is safe to repeat: until the first byte of the message
nothing can be accepted. When the server says "go ahead", the outcome is READY, and only ``hand_over`` sends the message.
The next message may be asked for while the answer to this one is on its way.
"""

import contextlib
import selectors
import socket
import time
from collections import deque
from typing import Any

from onward_newsletter.messages import Message

from .base import ReplyLost, TransportError, WayBlocked
from .replies import CLOSING, GO_AHEAD, Kind, Outcome, Step, judge, refusal
from .sockets import NOT_NOW, acknowledge_at_once


GOODBYE_SECONDS = 2

#: A server's reply has lines of at most 512 characters (RFC 5321, 4.5.3.1.5); more than this is no reply.
LONGEST_REPLY = 65536
MOST_LINES = 128


class SmtpConnection:
    """A socket after EHLO, STARTTLS and AUTH; at most one message asked for, and one handed over."""

    def __init__(self, sock: socket.socket, *, pipelining: bool, timeout: float) -> None:
        sock.setblocking(False)
        self.sock, self.pipelining, self._timeout = sock, pipelining, timeout
        #: The job asked for, and whether the server has said "go ahead".
        self.asked: Any = None
        self.is_ready = False
        #: The job whose message was handed over and not answered yet.
        self.handed: Any = None
        self.is_open = True
        self._is_proven = False
        self._refusal: TransportError | None = None
        self._needs_reset = False
        #: Whether the server waits for a message that will not come.
        self._is_spoilt = False
        self._is_leaving = False
        self._out = bytearray()
        self._body_left = 0
        self._in = bytearray()
        self._reply: list[bytes] = []
        self._awaited: deque[Step] = deque()
        self._commands: deque[tuple[Step, bytes]] = deque()
        self._outcomes: list[Outcome] = []
        self.deadline = float("inf")

    def fileno(self) -> int:
        return self.sock.fileno()

    @property
    def events(self) -> int:
        """What to look for at the socket: nothing once it is closed."""
        if not self.is_open:
            return 0
        return selectors.EVENT_READ | selectors.EVENT_WRITE if self._out else selectors.EVENT_READ

    @property
    def can_ask(self) -> bool:
        return self.is_open and self.asked is None and (self.handed is None or self.pipelining)

    @property
    def is_idle(self) -> bool:
        return self.is_open and self.asked is None and self.handed is None

    @property
    def has_news(self) -> bool:
        """Whether it found out something that nobody has asked for yet."""
        return bool(self._outcomes)

    @property
    def is_waiting(self) -> bool:
        """Whether an answer is on its way."""
        return self.handed is not None or (self.asked is not None and not self.is_ready)

    def ask(self, job: Any, message: Message) -> None:
        """Say who it is from and to, and that a message comes; the outcome is READY, REFUSED or UNTRIED."""
        self.asked, self.is_ready, self._refusal = job, False, None
        if self._needs_reset:
            self._commands.append((Step.RESET, b"RSET\r\n"))
            self._needs_reset = False
        self._commands.append((Step.MAIL, f"MAIL FROM:<{message.sender}>\r\n".encode("ascii")))
        self._commands.append((Step.RCPT, f"RCPT TO:<{message.recipient}>\r\n".encode("ascii")))
        self._commands.append((Step.DATA, b"DATA\r\n"))
        self._say()

    def hand_over(self, data: bytes) -> None:
        """Send the message that the server is ready for, at once as far as the socket takes it.

        ``data`` ends with the end mark. A worker that is killed from here on has left the message with the server.
        """
        self.handed, self.asked, self.is_ready = self.asked, None, False
        self._out += data
        self._body_left = len(self._out)
        self._awaited.append(Step.BODY)
        self._put_off()
        self._write()

    def _say(self) -> None:
        """Put commands on the wire: all of them, or one at a time for a server that wants it so."""
        while self._commands and (self.pipelining or not self._awaited):
            step, command = self._commands.popleft()
            self._out += command
            self._awaited.append(step)
        self._put_off()

    def _put_off(self) -> None:
        self.deadline = time.monotonic() + self._timeout

    def flush(self) -> list[Outcome]:
        """Write what the socket takes now, and return what became known."""
        if self._out:
            self._write()
        return self._taken()

    def _write(self) -> None:
        try:
            while self.is_open and self._out:
                # The message by itself: encrypted, nobody could say how much of it left with what comes after it.
                sent = self.sock.send(self._out[: self._body_left or None])
                del self._out[:sent]
                self._body_left = max(0, self._body_left - sent)
                self._put_off()
        except NOT_NOW:
            pass
        except OSError as error:
            # What the server said before it hung up may still be there, and may be the answer that matters.
            self._receive()
            self._break(f"{type(error).__name__}: {error}")

    def receive(self) -> list[Outcome]:
        """Read what has come, and return what it means."""
        self._receive()
        return self._taken()

    def _receive(self) -> None:
        try:
            while self.is_open:
                data = self.sock.recv(LONGEST_REPLY)
                if not data:
                    self._break("The server closed the connection.")
                    break
                self._in += data
                self._read()
        except NOT_NOW:
            pass
        except OSError as error:
            self._break(f"{type(error).__name__}: {error}")
        if self.is_open and self._awaited:
            acknowledge_at_once(self.sock)

    def time_out(self) -> list[Outcome]:
        """Give up on a server that says nothing; an answer that came while nobody looked is read first."""
        self._receive()
        if time.monotonic() > self.deadline:
            self._break(f"The server said nothing for {self._timeout:g} seconds.")
        return self._taken()

    def _taken(self) -> list[Outcome]:
        taken, self._outcomes = self._outcomes, []
        return taken

    def _read(self) -> None:
        while self.is_open and b"\n" in self._in:
            line, _, self._in = self._in.partition(b"\n")
            self._reply.append(bytes(line[4:]).strip())
            if len(self._reply) > MOST_LINES:
                self._break("The server's answer had no end.")
            elif line[3:4] != b"-":
                text, self._reply = b" ".join(self._reply), []
                if not line[:3].isdigit():
                    self._break("The server's answer was no reply of SMTP.")
                    return
                self._answered(int(line[:3]), text)
        if len(self._in) > LONGEST_REPLY:
            self._break("The server's answer had no end.")

    def _answered(self, code: int, text: bytes) -> None:
        said = f"{code} {text.decode('utf-8', 'replace')}"[:255]
        if not self._awaited:
            self._break(said)
            return
        step = self._awaited.popleft()
        self._put_off()
        if not self._awaited and not self._commands:
            self.deadline = float("inf")
        if step == Step.BODY:
            self._answered_message(code, said)
        elif code == CLOSING or code < 200:
            self._break(said, is_said=step in (Step.RESET, Step.MAIL))
        elif step != Step.RESET:
            self._answered_question(step, code, said)
        if self.is_open and not self.pipelining:
            self._say()

    def _answered_message(self, code: int, said: str) -> None:
        if self._body_left and code < 400:
            self._break(f"The server answered before it had the whole message: {said}")
            return
        job, self.handed, self._is_proven = self.handed, None, True
        if 200 <= code < 300:
            self._outcomes.append(Outcome(Kind.ACCEPTED, job))
        elif code == CLOSING or code < 400:
            self._outcomes.append(Outcome(Kind.NOT_ACCEPTED, job, WayBlocked(said)))
            self._break(said)
        else:
            self._outcomes.append(Outcome(Kind.NOT_ACCEPTED, job, refusal(code, said)))
            if self._body_left:
                # Refused half-way: whatever is said now would be taken for the rest of the message.
                self._break(said)

    def _answered_question(self, step: Step, code: int, said: str) -> None:
        """Sort the replies to MAIL, RCPT and DATA. After a refusal, those that follow it in the group mean nothing."""
        if self._refusal is None:
            self._refusal = judge(step, code, said)
        if step != Step.DATA:
            if self._refusal and not self.pipelining:
                self._commands.clear()
                self._refuse()
            return
        if self._refusal is None:
            self.is_ready = True
            self._outcomes.append(Outcome(Kind.READY, self.asked))
            return
        self._refuse()
        if code == GO_AHEAD:
            # The server waits for a message that must not come; whatever is said now would be taken for it.
            self._break("The server wanted a message for nobody.")

    def _refuse(self) -> None:
        job, self.asked = self.asked, None
        self._needs_reset = True
        self._outcomes.append(Outcome(Kind.REFUSED, job, self._refusal))
        if isinstance(self._refusal, WayBlocked):
            self._break(str(self._refusal))

    def _break(self, reason: str, *, is_said: bool = False) -> None:
        """Drop the connection, and say of both messages what can be known.

        ``is_said``: the server itself said that it closes, so no message is to blame.
        """
        if not self.is_open:
            return
        self.is_open = False
        self.sock.close()
        handed, asked = self.handed, self.asked
        self.handed = self.asked = None
        if handed is not None:
            # The end mark has not left, so nothing was accepted; or it has, and nobody can know (RFC 1047).
            error = (
                WayBlocked(reason)
                if self._body_left
                else ReplyLost(f"No answer after the message was handed over ({reason})")
            )
            self._outcomes.append(Outcome(Kind.NOT_ACCEPTED, handed, error))
        if asked is not None:
            self._outcomes.append(self._left_behind(asked, WayBlocked(reason), is_said=is_said))

    def _left_behind(self, job: Any, error: TransportError, *, is_said: bool) -> Outcome:
        """Return what becomes of a message that was asked for when the connection ended.

        What was refused before stands. A kept connection that ends says nothing; of a message that a fresh one may have died
        of, it counts as a try.
        """
        if self._is_proven and not job.was_retried and not self._refusal:
            return Outcome(Kind.UNTRIED, job)
        kind = Kind.REFUSED if is_said or self._refusal else Kind.NOT_ACCEPTED
        return Outcome(kind, job, self._refusal or error)

    def abandon(self) -> None:
        """Forget the message asked for, which must not be sent after all; the one handed over may still be answered."""
        self.asked, self._is_spoilt = None, True
        if self.handed is None:
            self._break("Given up.")
            self._taken()

    def say_goodbye(self) -> None:
        """Say that nothing more comes, where the server would take it for that; ``close`` waits for the answer."""
        if self.is_idle and not self._is_spoilt and not self._is_leaving:
            self._is_leaving = True
            with contextlib.suppress(OSError):
                self.sock.settimeout(GOODBYE_SECONDS)
                self.sock.sendall(b"QUIT\r\n")

    def close(self) -> None:
        """Say goodbye, and do not wait long for the answer."""
        self.say_goodbye()
        if self.is_open and self._is_leaving:
            with contextlib.suppress(OSError):
                self.sock.recv(512)
        self.is_open = False
        self.sock.close()
