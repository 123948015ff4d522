"""What Celery does for polls: every minute, the counting and the news."""

from celery import shared_task

from .actions import announce_closings, find_unfair_ballots, fold_tallies, refresh_due_breakdowns
from .actions.suggesting import make_waiting_proposals, waiting_proposals
from .fairness.networks import forget_networks
from .follow_ups import send_waiting_confirmations


@shared_task(name="onward_polls.fold", acks_late=True, ignore_result=True)
def fold() -> None:
    """Count, and whatever else must not wait for a reader.

    Looks for bursts, folds the tallies, announces what has closed, sends the confirmations that wait, counts
    what takes longer, forgets networks after 48 hours, and has themes suggested that an author waits for.
    """
    find_unfair_ballots()
    fold_tallies()
    announce_closings()
    send_waiting_confirmations()
    refresh_due_breakdowns()
    forget_networks()
    if waiting_proposals().exists():
        suggest_themes.apply_async(retry=False)


@shared_task(name="onward_polls.suggest_themes", acks_late=True, ignore_result=True)
def suggest_themes() -> None:
    """Propose the themes that authors wait for; apart from the fold, because it can take ten seconds."""
    make_waiting_proposals()
