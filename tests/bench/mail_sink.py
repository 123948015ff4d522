"""A mail server that takes everything, keeps nothing, and answers each message after a while. Run as a program."""

import argparse
import asyncio
import selectors
import sys


END = b"\r\n.\r\n"


class Conversation(asyncio.Protocol):
    """One connection: commands are answered at once, messages after the delay."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._is_body = False
        self._kept = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        data = self._kept + data
        while data:
            rest = self._body(data) if self._is_body else self._command(data)
            if rest is None:
                return
            data = rest
        self._kept = b""

    def _body(self, data: bytes) -> bytes | None:
        end = data.find(END)
        if end < 0:
            self._kept = data[-len(END) :]
            return None
        self._is_body, self._kept = False, b""
        if not self._delay:
            self._transport.write(b"250 taken\r\n")
            return data[end + len(END) :]
        # What was asked for meanwhile is answered afterwards: replies come in the order of the questions.
        self._transport.pause_reading()
        asyncio.get_running_loop().call_later(self._delay, self._answer, data[end + len(END) :])
        return None

    def _answer(self, rest: bytes) -> None:
        if self._transport.is_closing():
            return
        self._transport.write(b"250 taken\r\n")
        self._transport.resume_reading()
        if rest:
            self.data_received(rest)

    def _command(self, data: bytes) -> bytes | None:
        line, found, rest = data.partition(b"\r\n")
        if not found:
            self._kept = data
            return None
        verb = line[:4].upper()
        if verb == b"DATA":
            self._is_body = True
            # An empty message would end without a line before the mark.
            rest = b"\r\n" + rest if rest else rest
            self._transport.write(b"354 go ahead\r\n")
        elif verb == b"EHLO":
            self._transport.write(b"250-sink\r\n250 PIPELINING\r\n")
        elif verb == b"QUIT":
            self._transport.write(b"221 bye\r\n")
            self._transport.close()
        else:
            self._transport.write(b"250 ok\r\n")
        return rest


async def _main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--delay", type=float, default=0.0)
    options = parser.parse_args()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Conversation(options.delay), "127.0.0.1", options.port, backlog=1000
    )
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


def _precise_loop() -> asyncio.AbstractEventLoop:
    """Return a loop that wakes in time: the usual one counts in whole milliseconds, rounded up."""
    return asyncio.SelectorEventLoop(selectors.SelectSelector())


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=_precise_loop) as runner:
        runner.run(_main())
