"""Authors in several windows at once, at work on the themes of one poll. ``main`` gathers them on DATABASE_URL."""

import json
import sys
from collections.abc import Callable

from django.db import connection

from tests.polls.crowd import a_poll, at_once
from tests.polls.labelled import sentences


def answered() -> object:
    """Return a poll to which 244 readers have written."""
    from tests.polls.sentences import written_to

    poll = a_poll()
    written_to(poll, sentences())
    return poll


def proposed(poll: object) -> object:
    from onward_polls.actions.suggesting import ask_for_themes, make_proposal

    proposal = ask_for_themes(poll)
    make_proposal(proposal)
    return proposal


def all_ask() -> dict[str, object]:
    """Every window has themes suggested at the same moment."""
    from onward_polls.models import ProposedWords, ThemeProposal

    poll = answered()
    errors = at_once([lambda: proposed(poll)] * 4)
    proposals = ThemeProposal.objects.filter(poll=poll)
    words = ProposedWords.objects.filter(proposal__poll=poll).count()
    return {
        "errors": errors,
        "proposals": proposals.count(),
        "ready": proposals.get().is_ready,
        "words": words,
    }


def all_accept() -> dict[str, object]:
    """Every window accepts everything at the same moment."""
    from onward_polls.actions.proposals import accept_all
    from onward_polls.models import ThemeProposal, WordsNote

    poll = answered()
    proposal = proposed(poll)
    inside = proposal.words.exclude(theme=None).count()
    errors = at_once([lambda: accept_all(proposal)] * 4)
    notes = WordsNote.objects.filter(ballot__poll=poll).exclude(theme=None).count()
    return {
        "errors": [error for error in errors if not error.startswith("ProposalGone")],
        "too_late": len(errors),
        "themes": poll.themes.count(),
        "all_sorted": notes == inside,
        "proposals": ThemeProposal.objects.filter(poll=poll).count(),
    }


def one_sorts_meanwhile() -> dict[str, object]:
    """One window accepts everything while another sorts sentence by sentence."""
    from onward_polls.actions import create_theme, sort_words
    from onward_polls.actions.proposals import accept_all

    poll = answered()
    proposal = proposed(poll)
    mine = create_theme(poll, "Mine")
    by_hand = list(poll.ballots.order_by("pk")[:240:12])
    jobs: list[Callable[[], object]] = [
        lambda ballot=ballot: sort_words(ballot, mine.pk) for ballot in by_hand
    ]
    errors = at_once([*jobs, lambda: accept_all(proposal)])
    kept = mine.words_notes.filter(ballot__in=by_hand).count()
    return {"errors": errors, "by_hand": len(by_hand), "kept": kept, "mine": mine.words_notes.count()}


CROWDS = (all_ask, all_accept, one_sorts_meanwhile)


def main() -> None:
    """Run every crowd three times on the database of DATABASE_URL, after making the tables it needs."""
    import django

    django.setup()
    from django.core.management import call_command

    for app in ("wagtailcore", "onward_polls", "auth"):
        call_command("migrate", app, verbosity=0)
    rounds = {crowd.__name__: [crowd() for _round in range(3)] for crowd in CROWDS}
    sys.stdout.write(json.dumps({"vendor": connection.vendor, "rounds": rounds}))


if __name__ == "__main__":
    main()
