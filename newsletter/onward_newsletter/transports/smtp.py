"""Raw SMTP: how to come to a connection, and what goes over it."""

import re
import smtplib
import socket
import ssl

from django.conf import settings
from django.core.mail import DNS_NAME

from onward_newsletter.messages import Message

from .base import LoginRefused, RecipientRefused, WayBlocked
from .connection import SmtpConnection


#: A server that says nothing for so long is away. Django's default of None would wait for ever.
TIMEOUT_SECONDS = 30

NO_LOGIN = "It does not take the user name and password of the e-mail settings."

#: What may stand between < and > in a command; anything else could mean another address to the server.
PLAIN_ADDRESS = re.compile(r"[!-;=?-~]+@[A-Za-z0-9.-]+")


def open_connection() -> SmtpConnection:
    """Connect to the server of Django's EMAIL_* settings, with TLS and a login if they ask for it.

    Blocks until the server has answered, EMAIL_TIMEOUT seconds a reply at most. Raises WayBlocked, or LoginRefused
    where the server does not take the user name and password.
    """
    timeout = settings.EMAIL_TIMEOUT or TIMEOUT_SECONDS
    try:
        smtp = _greet(timeout)
    except smtplib.SMTPAuthenticationError as error:
        if error.smtp_code < 500:
            raise WayBlocked(_reason_of(error)) from None
        raise LoginRefused(f"{NO_LOGIN} ({_reason_of(error)})") from None
    except UnicodeEncodeError:
        raise LoginRefused(f"{NO_LOGIN} (They have characters that SMTP cannot carry.)") from None
    except (OSError, ValueError) as error:
        # A name that no server can have, or a challenge that is no Base64, is not an OSError.
        raise WayBlocked(_reason_of(error)) from None
    sock = smtp.sock
    if sock is None:
        raise WayBlocked("The server closed the connection.")
    # What is read from here on is read without buffers.
    smtp.sock = None
    # A message and the commands after it are written one after the other, and must not wait for each other.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return SmtpConnection(sock, pipelining=smtp.has_extn("pipelining"), timeout=timeout)


def wire_bytes(message: Message) -> bytes:
    """Return the message as it goes over the wire; raises RecipientRefused, or UnsafeValue of ``messages``."""
    for address in (message.sender, message.recipient):
        if not PLAIN_ADDRESS.fullmatch(address):
            raise RecipientRefused("The address has characters that SMTP cannot carry.")
    return message.as_wire()


def _greet(timeout: float) -> smtplib.SMTP:
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


def _reason_of(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        said = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
        return f"{error.smtp_code} {said}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The certificate of {settings.EMAIL_HOST} is not trusted: {error.verify_message}."
    return f"{type(error).__name__}: {error}"
