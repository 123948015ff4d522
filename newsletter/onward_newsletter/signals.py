"""What other apps may listen to. Every signal is sent after the transaction has been committed."""

from django.dispatch import Signal


#: A subscription became active. sender=Subscription; subscription. Not sent when it already was active.
subscription_confirmed = Signal()

#: A subscription ended. sender=Subscription; subscription (its end_reason says why).
#: Not sent when it had ended before, nor when the subscriber is erased.
subscription_ended = Signal()

#: A subscriber was erased. sender=Subscriber; uuid, address, address_key. The row is gone when this arrives; the
#: address is for finding what is kept elsewhere, and not to be kept.
subscriber_erased = Signal()

#: An issue was frozen and its audience fixed. sender=Issue; issue.
issue_prepared = Signal()

#: Every delivery of an issue has an outcome. sender=Issue; issue (its state says whether all were submitted).
issue_submitted = Signal()

#: A delivery was refused for good. sender=Delivery; delivery. Not sent for temporary refusals or doubt.
delivery_failed = Signal()
