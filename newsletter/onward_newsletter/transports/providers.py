"""Providers that take one message for many recipients in one call, through Anymail: what each of them needs for it.

Anymail's words are attributes of Django's message (``merge_data``, ``merge_headers``, ``merge_metadata``, and afterwards
``anymail_status``), so nothing of it is imported. A provider stands here if it fills slots in the message it is given,
in a documented syntax, and takes headers for each recipient, as ``List-Unsubscribe`` is everybody's own. All others get
one call for each message.
"""

import re
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.mail import EmailMultiAlternatives
from urllib3.exceptions import ConnectTimeoutError, SSLError

from onward_newsletter.messages import Message

from .base import RecipientRefused, ReplyLost, TransportError


#: Where providers carry our Message-ID to their events, as some put their own in its place.
METADATA_KEY = "onward_message_id"

#: The most recipients that Mailgun and SendGrid take in one call; SparkPost names no limit.
MOST_RECIPIENTS = 1000

#: Anymail's words for what became of a recipient.
ACCEPTED, REFUSED = frozenset({"sent", "queued"}), frozenset({"rejected", "invalid", "failed"})

#: What became of each recipient, by address: None where the message was accepted.
Answers = Mapping[str, TransportError | None]


@dataclass(frozen=True)
class Provider:
    """How one provider is told where the slots of a message are."""

    #: What it puts a value in place of; FIELD stands for the value's name.
    mark: str
    #: What it could take for a mark of its own, or would read together with ours; a NUL stands for one of ours.
    reads: re.Pattern[str]
    #: Further parameters of Anymail's.
    extra: Mapping[str, Any] = field(default_factory=dict)
    #: Whether it looks at the Message-ID before it fills it, so that the angle brackets have to be there already.
    wants_message_id_in_brackets: bool = False

    def mark_for(self, name: str) -> str:
        """Return the mark for a field."""
        return self.mark.replace("FIELD", name)

    def takes(self, shared_text: str) -> bool:
        """Whether the text that all recipients share comes out as it is."""
        return self.reads.search(shared_text) is None

    def fills(self, message: Message) -> bool:
        """Whether the values of one recipient come out as they are, in whatever order they are put in."""
        values = (message.recipient, *message.headers.values(), *message.values.values())
        return all(self.reads.search(value) is None for value in values)


#: By Anymail's names. Mailgun: "Batch sending". SendGrid: "Substitution tags". SparkPost: "Template language".
PROVIDERS: dict[str, Provider] = {
    "Mailgun": Provider(
        "%recipient.FIELD%",
        re.compile(r"%recipient|%\0|\0%", re.IGNORECASE),
        wants_message_id_in_brackets=True,
    ),
    # Anymail makes SendGrid's keys of the names, by a format that a project may have set otherwise for itself.
    "SendGrid": Provider("-onward~FIELD-", re.compile(r"-onward~"), {"merge_field_format": "-onward~{}-"}),
    "SparkPost": Provider("{{{FIELD}}}", re.compile(r"\{\{|\{\0|\0\}")),
}

#: Runs of braces. SparkPost reads its template language in every message, also in one to a single recipient.
CURLY = re.compile(r"\{{2,}|\}{2,}")


def provider_of(connection: Any) -> Provider | None:
    """Return how a Django e-mail backend takes many recipients in one call, or None where it takes one."""
    return PROVIDERS.get(getattr(connection, "esp_name", ""))


def merged(provider: Provider, messages: Sequence[Message]) -> EmailMultiAlternatives:
    """Return messages of one template, whose recipients miss the same lines, as one; raises UnsafeValue."""
    template = messages[0].template
    email: Any = template.marked_email(messages[0].values, provider.mark_for)
    email.to = [message.recipient for message in messages]
    email.merge_data = {message.recipient: template.fields(message) for message in messages}
    email.merge_headers = {message.recipient: dict(message.headers) for message in messages}
    email.merge_metadata = {message.recipient: {METADATA_KEY: message.message_id} for message in messages}
    email.esp_extra = dict(provider.extra)
    for message in messages:
        if provider.wants_message_id_in_brackets:
            email.merge_data[message.recipient]["message_id"] = message.message_id
        else:
            email.merge_headers[message.recipient]["Message-ID"] = f"<{message.message_id}>"
    if provider.wants_message_id_in_brackets:
        email.extra_headers["Message-ID"] = f"<{provider.mark_for('message_id')}>"
    return email  # type: ignore[no-any-return]


def spell_out(email: EmailMultiAlternatives, connection: Any) -> None:
    """Let a message to one recipient come out as it is, where the provider would read something into it."""
    if getattr(connection, "esp_name", "") != "SparkPost":
        return
    email.subject, email.body = _without_curly(str(email.subject)), _without_curly(str(email.body))
    alternatives, email.alternatives = email.alternatives, []
    for content, kind in alternatives:
        email.attach_alternative(_without_curly(str(content)), str(kind))


def _without_curly(text: str) -> str:
    return CURLY.sub(_spelt_out, text) if "{{" in text else text


def _spelt_out(run: re.Match[str]) -> str:
    """Return braces by SparkPost's words for two and three of them, such that none is left over."""
    side, number = ("opening" if run[0][0] == "{" else "closing"), len(run[0])
    words = ["triple"] * (number % 2) + ["double"] * ((number - 3 * (number % 2)) // 2)
    return "".join(f"{{{{{side}_{word}_curly()}}}}" for word in words)


def answers_in(email: Any) -> Answers:
    """Return what the provider said of each recipient; empty for a backend that says nothing."""
    status = getattr(email, "anymail_status", None)
    return (
        {address: _meaning_of(said.status) for address, said in status.recipients.items()} if status else {}
    )


def was_answered(email: Any) -> bool:
    """Whether the provider took the message, whatever went wrong with reading what it said."""
    return getattr(getattr(email, "anymail_status", None), "esp_response", None) is not None


def _meaning_of(said: str) -> TransportError | None:
    if said in ACCEPTED:
        return None
    if said in REFUSED:
        return RecipientRefused(f"The provider said “{said}”.")
    return ReplyLost(f"The provider does not say what became of it (“{said}”).")


def why_not_connected(error: Exception) -> str:
    """Return why a call over HTTP ended before there was a connection, so that nothing can have been handed over.

    Return an empty text where that is not proven. It looks only where requests puts its cause; errors that merely
    happened earlier prove nothing.
    """
    given = getattr(error.__cause__, "args", ())
    reason = getattr(given[0], "reason", None) if given else None
    is_untrusted = (
        isinstance(reason, SSLError)
        and bool(reason.args)
        and isinstance(reason.args[0], ssl.SSLCertVerificationError)
    )
    return str(reason) if is_untrusted or isinstance(reason, ConnectTimeoutError) else ""
