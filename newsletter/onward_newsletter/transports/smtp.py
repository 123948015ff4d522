"""Raw SMTP over a kept connection: every reply is seen, and DATA waits until the ledger says so."""

import contextlib
import re
import smtplib
import ssl

from django.conf import settings
from django.core.mail import DNS_NAME

from onward_newsletter.messages import Message

from .base import RecipientDeferred, RecipientRefused, ReplyLost, SenderRefused, WayBlocked


#: A server that says nothing for so long is away. Django's default of None would wait for ever.
TIMEOUT_SECONDS = 30

#: What may stand between < and > in a command; anything else could mean another address to the server.
PLAIN_ADDRESS = re.compile(r"[!-;=?-~]+@[A-Za-z0-9.-]+")

#: "Service not available, closing transmission channel" (RFC 5321, 4.2.3).
CLOSING = 421

GOODBYE_SECONDS = 2


class SmtpTransport:
    """Speaks to the server of Django's EMAIL_* settings; the connection is dropped after any error."""

    def __init__(self) -> None:
        self._smtp: smtplib.SMTP | None = None
        self._data = b""

    def begin(self, message: Message) -> None:
        """Build the message, then connect if need be, MAIL and RCPT."""
        for address in (message.sender, message.recipient):
            if not PLAIN_ADDRESS.fullmatch(address):
                raise RecipientRefused("The address has characters that SMTP cannot carry.")
        self._data = _with_dots_doubled(message.as_bytes())
        is_kept = self._smtp is not None
        try:
            code, text = self._ask_for(message)
        except OSError as error:
            self._drop()
            if not is_kept:
                raise WayBlocked(_reason_of(error)) from None
            # A server closes what was idle for long; that says nothing about the server, so try a new connection.
            self.begin(message)
            return
        except BaseException:
            self._drop()
            raise
        if code not in (250, 251):
            self._refuse(code, text)

    def _ask_for(self, message: Message) -> tuple[int, bytes]:
        """MAIL and RCPT; return the reply to RCPT. Replies that concern everybody are raised."""
        smtp = self._smtp = self._smtp or _connect()
        code, text = smtp.docmd("MAIL", f"FROM:<{message.sender}>")
        if code >= 500:
            raise SenderRefused(_reply(code, text))
        if code != 250:
            raise smtplib.SMTPResponseException(code, text)
        code, text = smtp.docmd("RCPT", f"TO:<{message.recipient}>")
        if code == CLOSING:
            raise smtplib.SMTPResponseException(code, text)
        return code, text

    def submit(self) -> None:
        """Say DATA, hand over the message, and wait for the answer."""
        smtp = self._smtp
        if smtp is None or smtp.sock is None:
            raise WayBlocked("The connection is closed.")
        try:
            code, text = smtp.docmd("DATA")
            if code == 354:
                smtp.sock.sendall(self._data)
        except OSError as error:
            # The final dot never left, so nothing was accepted.
            self._drop()
            raise WayBlocked(_reason_of(error)) from None
        if code == 354:
            code, text = self._answer(smtp)
        if code != 250:
            self._refuse(code, text)

    def _answer(self, smtp: smtplib.SMTP) -> tuple[int, bytes]:
        try:
            return smtp.getreply()
        except OSError as error:
            self._drop()
            raise ReplyLost(
                f"No answer after the message was handed over ({type(error).__name__})."
            ) from None

    def _refuse(self, code: int, text: bytes) -> None:
        """Raise what a refusal means; the connection stays usable unless the server closes it."""
        if code == CLOSING or code < 400:
            self._drop()
            raise WayBlocked(_reply(code, text))
        self.forget()
        raise (RecipientRefused if code >= 500 else RecipientDeferred)(_reply(code, text))

    def forget(self) -> None:
        """Reset the transaction; a server that does not even do that is left."""
        if self._smtp is None:
            return
        try:
            code, _text = self._smtp.docmd("RSET")
        except OSError:
            code = CLOSING
        if code != 250:
            self._drop()

    def close(self) -> None:
        """Say goodbye, and do not wait long for the answer."""
        if self._smtp is not None and self._smtp.sock is not None:
            with contextlib.suppress(OSError):
                self._smtp.sock.settimeout(GOODBYE_SECONDS)
                self._smtp.docmd("QUIT")
        self._drop()

    def _drop(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()


def _with_dots_doubled(data: bytes) -> bytes:
    """Return the message as it goes over the wire, with the end mark (RFC 5321, 4.5.2)."""
    end = b".\r\n" if data.endswith(b"\r\n") else b"\r\n.\r\n"
    return data.replace(b"\r\n.", b"\r\n..") + end


def _connect() -> smtplib.SMTP:
    timeout = settings.EMAIL_TIMEOUT or TIMEOUT_SECONDS
    host, port, name = settings.EMAIL_HOST, settings.EMAIL_PORT, DNS_NAME.get_fqdn()
    if settings.EMAIL_USE_SSL:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(host, port, name, timeout=timeout, context=_tls())
    else:
        smtp = smtplib.SMTP(host, port, name, timeout=timeout)
    try:
        smtp.ehlo_or_helo_if_needed()
        if settings.EMAIL_USE_TLS:
            smtp.starttls(context=_tls())
            smtp.ehlo()
        if settings.EMAIL_HOST_USER:
            smtp.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    if settings.EMAIL_SSL_CERTFILE:
        context.load_cert_chain(settings.EMAIL_SSL_CERTFILE, settings.EMAIL_SSL_KEYFILE)
    return context


def _reply(code: int, text: bytes) -> str:
    return f"{code} {text.decode('utf-8', 'replace')}"[:255]


def _reason_of(error: OSError) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return _reply(error.smtp_code, text if isinstance(text, bytes) else str(text).encode())
    return f"{type(error).__name__}: {error}"[:255]
