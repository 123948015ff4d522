"""All checks in one list, run one after the other."""

from collections.abc import Callable

from . import blog, newsletter, polls
from .findings import Finding


CHECKS: tuple[Callable[[], list[Finding]], ...] = (
    newsletter.unbalanced_books,
    newsletter.submitted_with_open_rows,
    newsletter.troubles_unsaid,
    newsletter.changed_snapshots,
    newsletter.forgotten_leases,
    newsletter.unrecorded_submissions,
    newsletter.repeated_acceptances,
    newsletter.more_events_than_recipients,
    newsletter.repeated_message_ids,
    newsletter.subscriptions_without_consent,
    newsletter.suppressed_but_active,
    newsletter.foreign_topics,
    polls.repeated_ballots,
    polls.misplaced_votes,
    polls.ballots_without_votes,
    polls.crowded_ballots,
    polls.foreign_previous,
    polls.repeated_others,
    polls.unexplained_exclusions,
    polls.misplaced_flags,
    polls.wrong_tallies,
    blog.comments_without_page,
    blog.comments_without_state,
    blog.comments_shown_wrongly,
    blog.quotes_without_consent,
    blog.changed_roundups,
    blog.changed_windows,
    blog.broken_tree,
)


def find_all() -> list[Finding]:
    """Run every check and return what is broken."""
    return [finding for check in CHECKS for finding in check()]


def repair(findings: list[Finding]) -> int:
    """Put right what is safe to put right, and return how many findings that were."""
    fixable = [finding for finding in findings if finding.repair is not None]
    for finding in fixable:
        if finding.repair is not None:
            finding.repair()
    return len(fixable)
