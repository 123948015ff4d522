"""An SMTP server that takes everything, misbehaves as told, and writes its own book before it answers.

How it treats a recipient is written in the address, so that nobody has to tell it: the word before the first "-" of the
local part. Words without a meaning are accepted. A mode, kept in a file beside the log, is for all recipients.

    greylisted   451 to the first RCPT, accepted afterwards      silent    message taken, no answer ever
    deferred     451 to every RCPT                               lost      accepted, and hung up before the answer
    unknown      550 to RCPT                                     rejected  554 to the message
    closing      421 to the message                              dropped   hung up at DATA, before the message
    hiccup       421 to the first message, accepted afterwards
    shut         421 to RCPT
    gone         550 to RCPT, and hung up at the next command
    left         hung up a moment after the go-ahead, whatever has come of the message

Modes: "closed" answers 421 to everything, "refusing" 550 to every recipient, "sender" 553 to every sender, "dumb" takes
connections and is silent, "busy" greets with 451, "later" answers 454 to every sender. A sender that begins with "nobody-" gets
553 in any mode.
"""

import argparse
import asyncio
import json
import os
import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any


MESSAGE_ID = re.compile(rb"^message-id:\s*<([^>]+)>", re.IGNORECASE | re.MULTILINE)
ANY_TOKEN = re.compile(rb"[\w-]{22}")

LIMIT = 1 << 22


class Sink:
    """The server, and the book it keeps: one JSON object on a line for each thing that happened."""

    def __init__(
        self, log: Path, *, delay: float = 0.0, keep: bool = False, pipelining: bool = False
    ) -> None:
        self.log_path, self.delay, self.keep, self.pipelining = log, delay, keep, pipelining
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._seen: Counter[str] = Counter()
        self._mode_path = log.with_suffix(".mode")
        #: The most connections at a time; further ones are greeted with 421.
        self.most = sys.maxsize
        self._connected = 0
        #: Called with each recipient after the message was taken and before it is answered.
        self.on_message: Callable[[str], None] = lambda recipient: None

    def write(self, event: str, **fields: Any) -> None:
        line = json.dumps({"at": time.time(), "event": event, **fields})
        os.write(self._log, line.encode() + b"\n")

    @property
    def mode(self) -> str:
        return self._mode_path.read_text() if self._mode_path.exists() else ""

    async def serve(self, port: int = 0) -> asyncio.Server:
        return await asyncio.start_server(self._session, "127.0.0.1", port, limit=LIMIT)

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.write("connect")
        self._connected += 1
        try:
            await _Session(self, reader, writer).run(is_welcome=self._connected <= self.most)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._connected -= 1
            writer.close()

    def times_asked(self, recipient: str) -> int:
        self._seen[recipient] += 1
        return self._seen[recipient]


class _Session:
    def __init__(self, sink: Sink, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.sink, self.reader, self.writer = sink, reader, writer
        self.recipient = ""

    async def run(self, *, is_welcome: bool = True) -> None:
        if self.sink.mode == "dumb":
            await asyncio.sleep(3600)
        greeting = {"closed": "421 closing", "busy": "451 4.3.2 too much to do"}.get(
            self.sink.mode, "220 sink"
        )
        await self.say(greeting if is_welcome else "421 closing")
        if not is_welcome or self.sink.mode == "busy":
            return
        while line := await self.reader.readline():
            command, _, argument = line.decode("utf-8", "replace").strip().partition(" ")
            answer = getattr(self, f"on_{command.lower()}", None)
            if not await (answer(argument) if answer else self.say("500 what?")):
                return

    async def say(self, line: str) -> bool:
        self.writer.write(line.encode() + b"\r\n")
        await self.writer.drain()
        return not line.startswith(("421", "221"))

    async def on_ehlo(self, argument: str) -> bool:
        return await self.say("250-sink\r\n250 PIPELINING" if self.sink.pipelining else "250 sink")

    async def on_helo(self, argument: str) -> bool:
        return await self.say("250 sink")

    async def on_rset(self, argument: str) -> bool:
        return await self.say("250 reset")

    async def on_quit(self, argument: str) -> bool:
        return await self.say("221 bye")

    async def on_mail(self, argument: str) -> bool:
        if self.sink.mode == "sender" or "<nobody-" in argument:
            return await self.say("553 5.7.1 not from you")
        if self.sink.mode == "later":
            return await self.say("454 4.7.0 not just now")
        return await self.say("421 closing" if self.sink.mode == "closed" else "250 sender ok")

    async def on_rcpt(self, argument: str) -> bool:
        self.recipient = argument.partition("<")[2].partition(">")[0]
        self.sink.write("rcpt", rcpt=self.recipient)
        word = self.recipient.partition("-")[0]
        if self.sink.mode == "refusing" or word in {"unknown", "gone"}:
            return await self.say("550 5.1.1 no such mailbox")
        if word == "shut":
            return await self.say("421 4.7.0 too many for this one")
        if word == "deferred" or (word == "greylisted" and self.sink.times_asked(self.recipient) == 1):
            return await self.say("451 4.7.1 come back later")
        return await self.say("250 recipient ok")

    async def on_data(self, argument: str) -> bool:
        word = self.recipient.partition("-")[0]
        if word in {"dropped", "gone"}:
            return False
        await self.say("354 go ahead")
        if word == "left":
            await asyncio.sleep(0.02)
            return False
        data = await self.reader.readuntil(b"\r\n.\r\n")
        if word == "closing" or (word == "hiccup" and self.sink.times_asked(self.recipient) == 1):
            return await self.say("421 4.3.2 shutting down")
        if word == "rejected":
            return await self.say("554 5.6.0 not \0 this")
        await self.take(data)
        if word == "silent":
            await asyncio.sleep(3600)
        return word != "lost" and await self.say("250 taken")

    async def take(self, data: bytes) -> None:
        if self.sink.delay:
            await asyncio.sleep(self.sink.delay)
        found = MESSAGE_ID.search(data)
        message_id = found[1].decode() if found else ""
        raw = {"raw": data.decode("utf-8", "replace")} if self.sink.keep else {}
        self.sink.write("accepted", rcpt=self.recipient, message_id=message_id, bytes=len(data), **raw)
        if self.sink.keep:
            await asyncio.to_thread(self.sink.on_message, self.recipient)


class SinkThread:
    """A sink in this process, for tests that look into it while it works; it keeps the messages."""

    def __init__(self, log: Path, *, delay: float = 0.0, pipelining: bool = False) -> None:
        self.sink = Sink(log, delay=delay, keep=True, pipelining=pipelining)
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(self.sink.serve())
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.05))
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    def __enter__(self) -> "SinkThread":
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *error: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    @property
    def book(self) -> "Book":
        return Book(self.sink.log_path)

    def set_mode(self, mode: str) -> None:
        set_mode(self.sink.log_path, mode)


def set_mode(log: Path, mode: str) -> None:
    """Tell a sink, in whatever process, how to treat everybody from now on."""
    log.with_suffix(".mode").write_text(mode)


class Book:
    """The sink's log, read."""

    def __init__(self, log: Path) -> None:
        self.path = log

    def lines(self, event: str = "") -> list[dict[str, Any]]:
        if not self.path.exists():
            return []
        lines = [
            json.loads(line)
            for line in self.path.read_bytes().splitlines(keepends=True)
            if line.endswith(b"\n")
        ]
        return [line for line in lines if not event or line["event"] == event]

    def accepted(self) -> Counter[str]:
        """Return how often a message was taken for each recipient, answered or not."""
        return Counter(line["rcpt"] for line in self.lines("accepted"))

    def count(self) -> int:
        """Return how many messages were taken; cheap, for polling."""
        return self.path.read_bytes().count(b'"accepted"') if self.path.exists() else 0


async def _main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("log", type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--pipelining", action="store_true")
    options = parser.parse_args()
    sink = Sink(options.log, delay=options.delay, pipelining=options.pipelining)
    server = await sink.serve(options.port)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main())
