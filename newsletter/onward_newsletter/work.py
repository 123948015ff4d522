"""What is to be sent: the two kinds of rows the pump works on, behind one face."""

from collections.abc import Sequence
from typing import Any, Protocol

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Now
from django.db.models.lookups import IsNull

from . import few_first, links, suppressions
from .addresses import is_normalised
from .clock import database_now
from .messages import Message, MessageTemplate, message_id, message_id_of_delivery
from .models import Delivery, Issue, Newsletter, Outbox, Subscriber, Subscription, Suppression
from .slots import Values


#: What a worker reads of a delivery and its recipient; thousands are read each second.
NEEDED = (
    "state",
    "attempts",
    "claim_token",
    "message_id",
    "address_key",
    "token",
    "slots",
    "subscriber__address",
)

#: Stands in a link until it is replaced by a token.
ANY_TOKEN = "0" * 22


class BadAddress(ValueError):
    """The stored address is not what it would be if it were entered today, so nobody can say where it leads."""


class Work(Protocol):
    """One lane's rows, and how to make a mail of each."""

    #: The issue the rows belong to, or None for the outbox.
    issue: Issue | None

    def queue(self) -> QuerySet[Any]:
        """Return the rows to claim from."""

    def load(self, pks: Sequence[int], token: str) -> Sequence[Any]:
        """Return rows that were claimed, with what ``message_for`` needs."""

    def reason_to_skip(self, row: Any) -> str:
        """Return why a row must not be sent, or an empty text."""

    def message_for(self, row: Any) -> Message:
        """Return the mail for a row, and note its Message-ID in the row."""

    def fences(self, rows: Sequence[Any]) -> list[Any]:
        """Return what must hold for each of the rows at the moment of the stamp, as conditions for its UPDATE."""


class OutboxWork:
    """Confirmations and notices."""

    issue: Issue | None = None

    def queue(self) -> QuerySet[Outbox]:
        return Outbox.objects.all()

    def load(self, pks: Sequence[int], token: str) -> Sequence[Outbox]:
        return list(Outbox.objects.filter(pk__in=pks, claim_token=token).order_by("next_at", "pk"))

    def reason_to_skip(self, row: Outbox) -> str:
        if not row.address:
            return "erased"
        forbidding = suppressions.against(row.purpose).filter(address_key=row.address_key)
        return "suppressed" if forbidding.exists() else ""

    def message_for(self, row: Outbox) -> Message:
        _check(row.address)
        headers = dict(row.headers)
        template = MessageTemplate(
            subject=row.subject,
            sender=headers.pop("From", settings.DEFAULT_FROM_EMAIL),
            reply_to=headers.pop("Reply-To", ""),
            text=row.text,
            html=row.html,
            headers={"Auto-Submitted": "auto-generated", **headers},
        )
        if not row.message_id:
            row.message_id = message_id("outbox", str(row.pk), _domain(template.sender))
            row.has_new_message_id = True
        return Message(template, template.sender, row.address, row.message_id)

    def fences(self, rows: Sequence[Outbox]) -> list[Any]:
        forbidden = [
            Q(purpose=purpose)
            & Exists(suppressions.against(purpose).filter(address_key=OuterRef("address_key")))
            for purpose in {row.purpose for row in rows}
        ]
        return [~condition for condition in forbidden]


class IssueWork:
    """The deliveries of one issue that is being sent."""

    def __init__(self, issue: Issue) -> None:
        self.issue: Issue | None = issue
        self._issue = issue
        self._few = few_first.few_of(issue) if issue.small_first else None
        self._template = _template_of(issue)
        self._unsubscribe = links.unsubscribe_url(ANY_TOKEN)
        self._manage = links.manage_url(ANY_TOKEN)

    def queue(self) -> QuerySet[Delivery]:
        rows = Delivery.objects.filter(issue=self._issue.pk)
        if self._few is not None and not few_first.is_watched(self._issue):
            self._few = None
        return rows if self._few is None else rows.filter(pk__in=self._few)

    def load(self, pks: Sequence[int], token: str) -> Sequence[Delivery]:
        rows = (
            Delivery.objects.filter(pk__in=pks, claim_token=token).select_related("subscriber").only(*NEEDED)
        )
        # First tries go first: recipients at whom a server hangs up must not keep the way closed for the others.
        return list(rows.order_by("attempts", "pk"))

    def reason_to_skip(self, row: Delivery) -> str:
        return "erased" if row.subscriber is None else ""

    def message_for(self, row: Delivery) -> Message:
        address = row.subscriber.address if row.subscriber else ""
        _check(address)
        if not row.message_id:
            header = self._template.from_header
            row.message_id = message_id_of_delivery(self._issue.pk, row.address_key, header)
            row.has_new_message_id = True
        unsubscribe = self._unsubscribe.replace(ANY_TOKEN, row.token)
        headers = {
            "List-Unsubscribe": f"<{unsubscribe}>",
            "X-Entity-Ref-ID": row.message_id.partition("@")[0],
        }
        values = self._values(row, unsubscribe)
        return Message(self._template, self._template.sender, address, row.message_id, values, headers)

    def _values(self, row: Delivery, unsubscribe: str) -> Values:
        return {
            **row.slots,
            "token": row.token,
            "unsubscribe_url": unsubscribe,
            "manage_url": self._manage.replace(ANY_TOKEN, row.token),
        }

    def fences(self, rows: Sequence[Delivery]) -> list[Any]:
        # An address is one person's, so a row whose person has another one by now is found by its old address.
        addresses = [row.subscriber.address for row in rows if row.subscriber]
        person = Subscriber.objects.filter(
            pk=OuterRef("subscriber_id"), state=Subscriber.State.ACTIVE, address__in=addresses
        )
        wish = Subscription.objects.filter(pk=OuterRef("subscription_id"), state=Subscription.State.ACTIVE)
        suppression = Suppression.objects.filter(address_key=OuterRef("address_key"))
        return [
            Exists(Issue.objects.filter(pk=self._issue.pk, state=Issue.State.SENDING)),
            _is_found(person.filter(Q(paused_until=None) | Q(paused_until__lte=Now()))),
            _is_found(wish),
            ~_is_found(suppression),
        ]


def _is_found(rows: QuerySet[Any]) -> Q:
    """Return the condition that there is such a row, in a form that PostgreSQL always looks up for each delivery.

    It may take EXISTS for a join, and begin it at the other end: with all subscribers there are.
    """
    return Q(IsNull(Subquery(rows.order_by().values("pk")[:1]), False))


def _check(address: str) -> None:
    if not is_normalised(address):
        raise BadAddress("The stored address is malformed.")


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def _template_of(issue: Issue) -> MessageTemplate:
    """Return the frozen mail with the headers that mail programs ask of a newsletter (RFC 2919, 2369, 8058)."""
    newsletter: Newsletter = issue.newsletter
    domain = _domain(newsletter.sender_address)
    return MessageTemplate(
        subject=issue.subject,
        sender=issue.from_header,
        reply_to=issue.reply_to,
        text=issue.text,
        html=issue.html,
        headers={
            "List-Id": f"<{newsletter.slug}.{domain}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Feedback-ID": f"{issue.pk}:{newsletter.slug}:issue:onward",
        },
    )


def why_not(row: Delivery | Outbox) -> str:
    """Return why a stamp was refused: a reason to skip the row, or an empty text where it is to go at another time."""
    if isinstance(row, Outbox):
        row.refresh_from_db(fields=["address", "address_key"])
        return OutboxWork().reason_to_skip(row)
    row.refresh_from_db(fields=["subscriber", "subscription", "address_key"])
    if row.subscriber is None:
        return "erased"
    if Suppression.objects.filter(address_key=row.address_key).exists() or (
        row.subscriber.state != Subscriber.State.ACTIVE
    ):
        return "suppressed"
    if row.subscription is None or row.subscription.state != Subscription.State.ACTIVE:
        return "unsubscribed"
    if row.subscriber.paused_until and row.subscriber.paused_until > database_now():
        return "paused"
    return ""
