"""A folder on an IMAP server (RFC 3501), by the standard library."""

import imaplib
import ssl
from contextlib import suppress
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from .reports import MAX_BYTES


TIMEOUT_SECONDS = 30

#: Without TLS a password may only go to this machine itself.
THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})


class MailboxError(Exception):
    """The mailbox cannot be read; the text is for an operator, and holds no password."""


class MailboxMisnamed(MailboxError):
    """The URL is none that can be used."""


class MailboxRefused(MailboxError):
    """The server does not let us in, or has no such folder."""


class Mailbox:
    """An open folder, as a context. Everything may raise MailboxError.

    ``url`` is imaps://user:password@host:port/folder, with what is special in it percent-encoded; no folder is INBOX.
    imap://, without TLS, is for this machine only.
    """

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        try:
            self._port = self._parts.port or (993 if self._parts.scheme == "imaps" else 143)
        except ValueError:
            raise MailboxMisnamed("The port of the mailbox's URL is no number.") from None
        if (
            self._parts.scheme not in {"imap", "imaps"}
            or not self._parts.hostname
            or not self._parts.username
        ):
            raise MailboxMisnamed("A mailbox is named like imaps://user:password@host/folder.")
        if self._parts.scheme == "imap" and self._parts.hostname not in THIS_MACHINE:
            raise MailboxMisnamed("imap:// would send the password readable by all. Use imaps://.")
        self._imap: Any = None

    def __enter__(self) -> Self:
        try:
            self._imap = self._connect()
        except (OSError, imaplib.IMAP4.error) as error:
            raise MailboxError(f"{self._parts.hostname} does not answer ({type(error).__name__}).") from None
        try:
            self._log_in()
        except MailboxError:
            self._leave()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    def _connect(self) -> imaplib.IMAP4:
        host = self._parts.hostname or ""
        if self._parts.scheme == "imap":
            return imaplib.IMAP4(host, self._port, timeout=TIMEOUT_SECONDS)
        context = ssl.create_default_context()
        return imaplib.IMAP4_SSL(host, self._port, ssl_context=context, timeout=TIMEOUT_SECONDS)

    def _log_in(self) -> None:
        user, password = unquote(self._parts.username or ""), unquote(self._parts.password or "")
        folder = unquote(self._parts.path.strip("/")) or "INBOX"
        quoted = '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
        if not folder.isprintable():
            raise MailboxMisnamed("The folder in the mailbox's URL holds a control character.")
        try:
            self._imap.login(user, password)
            answer, _data = self._imap.select(quoted)
        except imaplib.IMAP4.abort:
            raise MailboxError(f"{self._parts.hostname} hung up.") from None
        except imaplib.IMAP4.error:
            raise MailboxRefused(f"{self._parts.hostname} refused the user or the password.") from None
        except OSError as error:
            raise MailboxError(f"{self._parts.hostname} hung up ({type(error).__name__}).") from None
        if answer != "OK":
            raise MailboxRefused(f"There is no folder {folder!r} at {self._parts.hostname}.")

    def _leave(self) -> None:
        try:
            self._imap.logout()
        except (OSError, imaplib.IMAP4.error):
            # It has gone already, and what was marked is marked; imaplib then leaves its own end open.
            with suppress(OSError):
                self._imap.shutdown()

    def unread(self) -> list[str]:
        """Return the UIDs of the mails that nobody has read, in order."""
        data = self._ask("SEARCH", "UNSEEN", "UNDELETED")
        return [uid.decode("ascii") for uid in b" ".join(line for line in data if line).split()]

    def fetch(self, uid: str) -> bytes:
        """Return the beginning of a mail, up to MAX_BYTES, without marking it; nothing if it is gone."""
        data = self._ask("FETCH", uid, f"(BODY.PEEK[]<0.{MAX_BYTES}>)")
        return next((bytes(item[1]) for item in data if isinstance(item, tuple)), b"")

    def mark(self, uid: str, *, deleted: bool) -> None:
        """Mark a mail as read, or delete it; only this one, if the server can do so (RFC 4315), and else later."""
        self._ask("STORE", uid, "+FLAGS.SILENT", r"(\Seen \Deleted)" if deleted else r"(\Seen)")
        if deleted and "UIDPLUS" in self._imap.capabilities:
            self._ask("EXPUNGE", uid)

    def _ask(self, *command: str) -> list[Any]:
        try:
            answer, data = self._imap.uid(*command)
        except (OSError, imaplib.IMAP4.error) as error:
            raise MailboxError(
                f"{self._parts.hostname} stopped answering ({type(error).__name__})."
            ) from None
        if answer != "OK":
            raise MailboxError(f"{self._parts.hostname} refused to {command[0].lower()} mail.")
        return list(data)
