"""What Celery does for the blog; each task is safe to run twice and safe to be lost."""

from celery import shared_task

from .following.ending import settle_all
from .following.summing_up import sum_up_waiting
from .mail import send_django_mail
from .models import SummingUp
from .morning.sending import send_morning_mails
from .questions.actions import forget_old_addresses
from .questions.notices import tell_waiting
from .responses.aggregating import aggregate_responses
from .responses.folding import fold_changed


__all__ = ["aggregate", "fold", "send_django_mail", "sum_up_series", "write_in_the_morning"]

#: A run of the aggregation stops after so many seconds; what is left is done by the next.
AGGREGATION_SECONDS = 120


@shared_task(name="onward_blog.fold_responses", acks_late=True, ignore_result=True)
def fold() -> None:
    """Bring the folds of those live articles up to date of which something has changed; have series summed up that wait."""
    fold_changed()
    if SummingUp.objects.exists():
        sum_up_series.apply_async(retry=False)


@shared_task(name="onward_blog.sum_up_series", acks_late=True, ignore_result=True)
def sum_up_series() -> None:
    """Begin the last part of each series that was ended; apart from the fold, because it can take a minute."""
    sum_up_waiting()


@shared_task(name="onward_blog.aggregate_responses", acks_late=True, ignore_result=True)
def aggregate() -> None:
    """Write down what readers did on each day that is over; let the followers go of series that have ended.

    Also tell whoever still waits to hear that a question is answered, and delete addresses that have waited too long.
    """
    aggregate_responses(seconds=AGGREGATION_SECONDS)
    settle_all()
    tell_waiting()
    forget_old_addresses()


@shared_task(name="onward_blog.morning_mail", acks_late=True, ignore_result=True)
def write_in_the_morning() -> None:
    """Write to authors in the morning, each once a day; before seven, and after that has been done, do nothing."""
    send_morning_mails()
