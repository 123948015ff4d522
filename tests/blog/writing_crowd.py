"""Authors who write the next part at once, in threads with connections of their own; a program on PostgreSQL.

``python -m tests.blog.writing_crowd`` prints one JSON object with what each crowd left behind.
"""

import json
import sys
from datetime import timedelta
from typing import Any

from tests.polls.crowd import at_once


PRESSES = 8


def users() -> list[Any]:
    from django.contrib.auth import get_user_model

    made = [f"writer{number}" for number in range(PRESSES)]
    return [get_user_model().objects.create_superuser(name, f"{name}@example.org", "words") for name in made]


def writing() -> dict[str, Any]:
    """Eight people press "Write the next part" at once, and once more each."""
    from onward_blog.models import Roundup
    from onward_blog.pages.models import ArticlePage
    from onward_blog.roundups.next_part import write_next_part
    from onward_polls.models import Poll

    article, poll, _draft = _a_series_with_answers(begun=False)
    people = users()

    def press(user: Any) -> None:
        for _time in range(2):
            write_next_part(ArticlePage.objects.get(pk=article.pk), user=user)

    errors = at_once([lambda user=user: press(user) for user in people])
    drafts = ArticlePage.objects.child_of(article.get_parent()).filter(live=False)
    return {
        "errors": errors,
        "drafts": drafts.count(),
        "blocks": [block.block_type for block in drafts.get().get_latest_revision_as_object().body],
        "revisions": drafts.get().revisions.count(),
        "roundups": Roundup.objects.filter(page=article.pk).count(),
        "asked_again": Poll.objects.filter(follows=poll).count(),
    }


def refreshing() -> dict[str, Any]:
    """Eight people refresh one draft at once: one of them does, and the others are told that it is done."""
    from onward_blog.pages.models import ArticlePage
    from onward_blog.roundups.actions import compile_roundup
    from onward_blog.roundups.errors import NothingToRefresh
    from onward_blog.roundups.refreshing import refresh_draft
    from tests.blog.answers import MONDAY, ballots

    article, poll, draft = _a_series_with_answers(begun=True)
    ballots(poll, {"Selling": 4}, at=MONDAY + timedelta(days=3))
    # So that nobody waits for the row of another on the way to the draft.
    compile_roundup(article)
    done: list[bool] = []

    def press() -> None:
        try:
            refresh_draft(
                ArticlePage.objects.get(pk=draft.pk).get_latest_revision_as_object(), user=draft.owner
            )
        except NothingToRefresh:
            done.append(False)
        else:
            done.append(True)

    errors = at_once([press for _press in range(PRESSES)])
    latest = ArticlePage.objects.get(pk=draft.pk).get_latest_revision_as_object()
    return {
        "errors": errors,
        "did": sum(done),
        "were_told": len(done) - sum(done),
        "revisions": latest.revisions.count(),
        "said": latest.body[0].value["said"].split(":")[0],
    }


def _a_series_with_answers(*, begun: bool) -> tuple[Any, Any, Any]:
    from django.contrib.auth import get_user_model

    from onward_blog.roundups.next_part import write_next_part
    from tests.blog.answers import a_part, a_poll, a_series, ballots

    poll = a_poll()
    ballots(poll, {"Repair": 12, "Selling": 3})
    article = a_part(a_series(), body=[("poll", poll)], next_question="Who repairs it?")
    if not begun:
        return article, poll, None
    user = get_user_model().objects.create_superuser("refreshing", "refreshing@example.org", "words")
    return article, poll, write_next_part(article, user=user)


CROWDS = (writing, refreshing)


def main() -> None:
    """Run every crowd on the database of DATABASE_URL, after making its tables."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    report = {crowd.__name__: crowd() for crowd in CROWDS}
    sys.stdout.write(json.dumps({"vendor": connection.vendor, **report}))


if __name__ == "__main__":
    main()
