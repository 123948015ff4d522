"""While a few go first: wait, go on, or stop."""

from django.db import transaction
from django.utils.translation import gettext as _

from . import few_first
from .actions.issues import ask_for_pause
from .clock import database_now
from .models import Issue


def watch_few_first() -> None:
    """Look at each issue that began with a few, and move it on: any worker may, and any number of times."""
    for issue in Issue.objects.filter(state=Issue.State.SENDING, small_first=True):
        _watch(issue)


def _watch(issue: Issue) -> None:
    if not few_first.size_of(issue):
        few_first.let_the_others_go(issue)
        return
    few = few_first.look_at(issue)
    if few.is_too_bad:
        _stop(issue, few)
    elif issue.few_first_until is None:
        if few.is_through:
            few_first.begin_to_wait(issue)
    elif issue.few_first_until <= database_now():
        few_first.let_the_others_go(issue)


@transaction.atomic
def _stop(issue: Issue, few: few_first.FewFirst) -> None:
    """Pause, and watch no longer: who resumes after this has seen the numbers and means everybody."""
    reason = _("Of the first %(size)d, %(lost)d were not delivered and %(complaints)d complained.") % {
        "size": few.size,
        "lost": few.lost,
        "complaints": few.complaints,
    }
    if ask_for_pause(issue, reason=reason):
        Issue.objects.filter(pk=issue.pk).update(small_first=False)
