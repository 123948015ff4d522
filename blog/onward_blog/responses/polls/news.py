"""What polls tell the blog."""

from typing import Any

from onward_polls import signals
from onward_polls.models import Ballot, Poll

from .quotes import credit_of
from .source import PollSource


def connect_signals(*, withdrawn: Any, recredited: Any, folded: Any, changed: Any) -> None:
    """Tell what became of words and their names, when a tally was folded, and when a poll is not what pages show.

    Calls withdrawn(source, keys), recredited(source, key, credit), folded(poll) and changed(poll): the last one when
    a poll was closed, by hand or by its closing time, opened again, archived, or edited.
    """

    def on_withdrawn(sender: Any, ballot: Ballot, **kwargs: Any) -> None:
        withdrawn(PollSource.slug, [str(ballot.uuid)])

    def on_recredited(sender: Any, ballot: Ballot, **kwargs: Any) -> None:
        recredited(PollSource.slug, str(ballot.uuid), credit_of(ballot))

    def on_folded(sender: Any, poll: Poll, **kwargs: Any) -> None:
        folded(poll)

    def on_changed(sender: Any, poll: Poll, **kwargs: Any) -> None:
        changed(poll)

    signals.consent_withdrawn.connect(on_withdrawn, weak=False, dispatch_uid="onward_blog.consent_withdrawn")
    signals.consent_changed.connect(on_recredited, weak=False, dispatch_uid="onward_blog.consent_changed")
    signals.tally_folded.connect(on_folded, weak=False, dispatch_uid="onward_blog.tally_folded")
    for signal in (signals.poll_closed, signals.poll_changed):
        signal.connect(on_changed, weak=False, dispatch_uid="onward_blog.poll_changed")
