"""A load generator that keeps a timetable: readers come when they come, however slow the answers are.

Run as a program it reads {"port", "groups": {name: {"connections", "requests": [[seconds from now, request]]}}} from a
file and prints {name: {"statuses": {status: number}, "took": [milliseconds], "unconfirmed": answers that ask to press
once more}}. A request is timed from the moment it was due, also where it had to wait for a connection.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.bench.load import LENGTH


#: A connection unused for so many seconds is opened anew: the server may close it at any moment.
IDLE = 5


class Group:
    """Some of those who come: with connections of their own, so that none waits behind the others' requests."""

    def __init__(self, connections: int, requests: list[tuple[float, str]]) -> None:
        self.connections = connections
        self.timetable = sorted(requests)
        self.due: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        self.statuses: Counter[int] = Counter()
        self.unconfirmed = 0
        self.took: list[float] = []

    async def come(self, port: int, began: float) -> None:
        clients = [asyncio.create_task(self._client(port)) for _connection in range(self.connections)]
        for seconds, message in self.timetable:
            await asyncio.sleep(max(0.0, began + seconds - time.perf_counter()))
            self.due.put_nowait((began + seconds, message.encode()))
        answered = asyncio.create_task(self.due.join())
        ended, _waiting = await asyncio.wait([answered, *clients], return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.result()
        for client in clients:
            client.cancel()

    async def _client(self, port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        used = time.perf_counter()
        try:
            while True:
                due, message = await self.due.get()
                if time.perf_counter() - used > IDLE:
                    writer.close()
                    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
                writer.write(message)
                self._note(due, await _answer(reader))
                used = time.perf_counter()
                self.due.task_done()
        finally:
            writer.close()

    def _note(self, due: float, head: bytes) -> None:
        self.took.append((time.perf_counter() - due) * 1000)
        self.statuses[int(head[9:12])] += 1
        self.unconfirmed += b"x-onward-unconfirmed" in head.lower()


async def _answer(reader: asyncio.StreamReader) -> bytes:
    """Read one whole answer; return its head."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = LENGTH.search(head)
    if length is None:
        raise ConnectionError(f"An answer has no length: {head!r}")
    await reader.readexactly(int(length[1]))
    return head


async def come(port: int, groups: dict[str, Any]) -> dict[str, Any]:
    """Let every group come by its timetable; return how each was answered."""
    everybody = {name: Group(**group) for name, group in groups.items()}
    began = time.perf_counter() + 0.2
    await asyncio.wait_for(
        asyncio.gather(*(group.come(port, began) for group in everybody.values())), timeout=600
    )
    return {
        name: {"statuses": group.statuses, "took": group.took, "unconfirmed": group.unconfirmed}
        for name, group in everybody.items()
    }


if __name__ == "__main__":
    asked = json.loads(Path(sys.argv[1]).read_text())
    sys.stdout.write(json.dumps(asyncio.run(come(asked["port"], asked["groups"]))))
