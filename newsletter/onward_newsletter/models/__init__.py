"""Newsletters, the people who follow them, and the ledger of what was sent to whom."""

from .delivery import Delivery, DeliveryEvent
from .importing import SubscriberImport
from .issue import Issue
from .lane import Lane
from .newsletter import Newsletter, Topic
from .outbox import Outbox
from .sending import Sending, SendingState
from .subscriber import AddressChange, Subscriber, Subscription, Suppression


__all__ = [
    "AddressChange",
    "Delivery",
    "DeliveryEvent",
    "Issue",
    "Lane",
    "Newsletter",
    "Outbox",
    "Sending",
    "SendingState",
    "Subscriber",
    "SubscriberImport",
    "Subscription",
    "Suppression",
    "Topic",
]
