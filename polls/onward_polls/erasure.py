"""Taking one person out of the ballots, while the published counts stay what they were."""

from django.db import transaction

from .actions import withdraw_consent
from .models import Ballot, FollowUp, ReaderLink, new_salt
from .readers import ballots_of


def erase_answers(identity: str) -> int:
    """Remove everything that leads from the ballots of one identity to a person; return how many.

    The votes stay in the published counts, under a key that nobody can compute again.
    """
    erased = 0
    for ballot in ballots_of(identity):
        withdraw_consent(ballot)
        with transaction.atomic():
            ReaderLink.objects.filter(poll=ballot.poll, reader_key=ballot.reader_key).delete()
            FollowUp.objects.filter(ballot=ballot).delete()
            Ballot.objects.filter(pk=ballot.pk).update(
                words="", credit="", reader_key=new_salt() + new_salt()
            )
        erased += 1
    return erased
