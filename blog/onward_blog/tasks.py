"""What Celery does for the blog; each task is safe to run twice and safe to be lost."""

from celery import shared_task

from .mail import send_django_mail
from .responses.folding import fold_responses


__all__ = ["fold", "send_django_mail"]


@shared_task(name="onward_blog.fold_responses", acks_late=True, ignore_result=True)
def fold() -> None:
    """Bring the response fold of every live article up to date."""
    fold_responses()
