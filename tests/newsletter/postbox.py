"""A small IMAP server on a socket of its own: one folder, one user, and what RFC 3501 asks for what we use."""

import re
import socketserver
import threading
from collections.abc import Callable, Iterator

import pytest


class Postbox:
    """What lies in the folder, and what was done to it."""

    def __init__(self) -> None:
        self.mails: dict[int, bytes] = {}
        self.flags: dict[int, set[str]] = {}
        self.largest_answer = 0
        #: A command at which the connection breaks.
        self.hangs_up_at = ""
        self.url = ""

    def put(self, raw: bytes) -> None:
        uid = len(self.mails) + 101
        self.mails[uid], self.flags[uid] = raw, set()


class _Session(socketserver.StreamRequestHandler):
    server: "_Server"

    def handle(self) -> None:
        self.say("* OK here")
        for line in self.rfile:
            tag, _space, rest = line.decode().strip().partition(" ")
            name, _space, arguments = rest.partition(" ")
            if name == "UID":
                name, _space, arguments = arguments.partition(" ")
            if name.upper() == self.server.postbox.hangs_up_at:
                return
            answer = self.answers.get(name.upper(), _Session.unknown)(self, arguments)
            self.say(f"{tag} {answer}")
            if name.upper() == "LOGOUT":
                return

    def say(self, line: str | bytes) -> None:
        raw = line.encode() if isinstance(line, str) else line
        self.server.postbox.largest_answer = max(self.server.postbox.largest_answer, len(raw))
        self.wfile.write(raw + b"\r\n")

    def unknown(self, arguments: str) -> str:
        return "BAD unknown"

    def capability(self, arguments: str) -> str:
        self.say("* CAPABILITY IMAP4rev1 UIDPLUS")
        return "OK done"

    def login(self, arguments: str) -> str:
        return "OK in" if arguments == 'bounces "secret/word"' else "NO wrong"

    def select(self, arguments: str) -> str:
        if arguments != '"Sent back"':
            return "NO none such"
        self.say(f"* {len(self.server.postbox.mails)} EXISTS")
        return "OK [READ-WRITE] open"

    def search(self, arguments: str) -> str:
        unread = [str(uid) for uid, flags in self.server.postbox.flags.items() if not flags]
        self.say("* SEARCH " + " ".join(unread))
        return "OK done"

    def fetch(self, arguments: str) -> str:
        asked = re.fullmatch(r"(\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", arguments)
        if not asked:
            return "BAD"
        raw = self.server.postbox.mails[int(asked[1])][: int(asked[2])]
        self.say(f"* 1 FETCH (UID {asked[1]} BODY[]<0> {{{len(raw)}}}")
        self.say(raw + b")")
        return "OK done"

    def store(self, arguments: str) -> str:
        uid, _kind, flags = arguments.split(" ", 2)
        self.server.postbox.flags[int(uid)] |= set(flags.strip("()").split())
        return "OK done"

    def expunge(self, arguments: str) -> str:
        uid = int(arguments)
        if "\\Deleted" in self.server.postbox.flags[uid]:
            del self.server.postbox.flags[uid], self.server.postbox.mails[uid]
        return "OK done"

    def logout(self, arguments: str) -> str:
        self.say("* BYE")
        return "OK bye"

    answers: dict[str, Callable[["_Session", str], str]] = {
        "CAPABILITY": capability,
        "LOGIN": login,
        "SELECT": select,
        "SEARCH": search,
        "FETCH": fetch,
        "STORE": store,
        "EXPUNGE": expunge,
        "LOGOUT": logout,
    }


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    postbox: Postbox


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    """An empty folder that is read over a real connection."""
    box = Postbox()
    with _Server(("127.0.0.1", 0), _Session) as server:
        server.postbox = box
        box.url = f"imap://bounces:secret%2Fword@127.0.0.1:{server.server_address[1]}/Sent%20back"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield box
        server.shutdown()
        thread.join()
