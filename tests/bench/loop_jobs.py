"""What the area "loop" measures; run as a program inside the site, one job at a time."""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from tests.bench.crowded import fill
from tests.bench.measuring import Result, timed_in_turn


SENTENCE = "Every week I stop forwarding mails number {} and go to the people who wrote them instead."


def _timed(name: str, call: Callable[[], object], *, times: int = 1, note: str = "") -> dict[str, Any]:
    took = []
    for _time in range(times):
        began = time.perf_counter()
        call()
        took.append((time.perf_counter() - began) * 1000)
    middle = sorted(took)[len(took) // 2]
    return asdict(Result(name, 1000 / middle, middle, None, 1000 / max(took), 1000 / min(took), note=note))


def _article_of(poll: Any) -> Any:
    from onward_blog.pages.models import ArticlePage
    from onward_blog.responses.body import pages_showing

    return ArticlePage.objects.get(pk=pages_showing(poll)[0])


def _write_sentences(poll: Any, sentences: int) -> None:
    from onward_polls.actions import rebuild_tallies
    from onward_polls.models import Ballot, Theme, WordsNote

    ballots = list(poll.ballots.order_by("pk")[:: poll.ballots.count() // sentences][:sentences])
    themes = [Theme.objects.create(poll=poll, name=f"Theme {number}") for number in range(12)]
    for number, ballot in enumerate(ballots):
        ballot.words, ballot.consent, ballot.credit = SENTENCE.format(number), "name", f"Reader {number}"
    Ballot.objects.bulk_update(ballots, ["words", "consent", "credit"], batch_size=500)
    WordsNote.objects.bulk_create(
        WordsNote(ballot=ballot, theme=themes[number % 12]) for number, ballot in enumerate(ballots)
    )
    rebuild_tallies(poll)


def _write_comments(article: Any, comments: int) -> None:
    from django.utils import timezone

    from onward_blog.comments.actions import Draft, post_comment
    from onward_blog.models import CommentState

    for number in range(comments):
        draft = Draft(f"Comment {number}: who decides that?", f"Reader {number}", f"r{number}@example.org")
        post_comment(article, draft)
    CommentState.objects.filter(page=article.pk).update(state="public", confirmed_at=timezone.now())


def roundup(ballots: int, sentences: int, comments: int) -> list[dict[str, Any]]:
    """Compile a large roundup in this process, as a worker does, each time a new one."""
    from onward_blog.models import Roundup
    from onward_blog.responses.windows import safe_cut_off
    from onward_blog.roundups.actions import compile_roundup

    poll = fill(ballots)
    _write_sentences(poll, sentences)
    article = _article_of(poll)
    _write_comments(article, comments)
    end = safe_cut_off()
    ends = iter([end - timedelta(minutes=number) for number in range(5)])

    def compile_one() -> None:
        compile_roundup(article, until=next(ends))

    name = f"roundup of {ballots:,} ballots, {sentences:,} sentences, {comments:,} comments"
    results = [
        _timed(name, compile_one, times=5),
        _timed("the same roundup again", lambda: compile_roundup(article, until=end)),
    ]
    if Roundup.objects.count() != 5 or Roundup.objects.latest("until").quotes.count() < sentences:
        sys.exit("The roundups do not hold what they should.")
    return results


def load(few: int, many: int) -> list[int]:
    """Make an article with few ballots and one with many; return their polls."""
    polls = [fill(few), fill(many)]
    for poll in polls:
        _write_sentences(poll, 500)
    return [poll.pk for poll in polls]


def fold(few: int, many: int) -> list[dict[str, Any]]:
    """Fold both articles turn by turn; then look at all of them when nothing has changed."""
    from onward_blog.responses.folding import fold_article, fold_changed
    from onward_polls.models import Poll

    small, large = (_article_of(Poll.objects.get(pk=pk)) for pk in (few, many))
    calls = {
        "fold of an article with 1,000 ballots": lambda: fold_article(small),
        "fold of an article with 1,000,000 ballots": lambda: fold_article(large),
    }
    results = [asdict(one) for one in timed_in_turn(calls, 15).values()]
    fold_changed()
    return [*results, _timed("a fold when nothing has changed", fold_changed, times=9)]


def windows() -> list[dict[str, Any]]:
    """Write every day of every article, and run again when there is nothing to do."""
    from onward_blog.models import ResponseWindow
    from onward_blog.responses.aggregating import aggregate_responses

    first = _timed("windows of everything so far", aggregate_responses)
    rows = ResponseWindow.objects.count()
    return [
        {**first, "note": f"{rows} rows of 1,011,000 ballots"},
        _timed("windows when there is nothing to do", aggregate_responses, times=9),
    ]


def dashboard(few: int, many: int) -> list[dict[str, Any]]:
    """Open the author's screens turn by turn, those of the article with few ballots and of that with many."""
    from django.contrib.auth import get_user_model
    from django.test import Client
    from django.urls import reverse

    from onward_polls.models import Poll

    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(get_user_model().objects.create_superuser("author", "author@example.org", "words"))

    def get(name: str, *args: int) -> Callable[[], None]:
        def call() -> None:
            response = client.get(reverse(name, args=args))
            if response.status_code != 200:
                sys.exit(f"{name} answered {response.status_code}.")

        return call

    small, large = (_article_of(Poll.objects.get(pk=pk)).pk for pk in (few, many))
    calls = {
        "numbers of an article with 1,000 ballots": get("onward_blog_desk:numbers", small),
        "numbers of an article with 1,000,000 ballots": get("onward_blog_desk:numbers", large),
        "dashboard over everything": get("onward_blog_desk:readers"),
        "home of the admin": get("wagtailadmin_home"),
    }
    return [asdict(one) for one in timed_in_turn(calls, 15).values()]


JOBS: dict[str, Callable[..., Any]] = {
    "roundup": roundup,
    "load": load,
    "fold": fold,
    "windows": windows,
    "dashboard": dashboard,
}


if __name__ == "__main__":
    import django

    django.setup()
    sys.stdout.write(json.dumps(JOBS[sys.argv[1]](*map(int, sys.argv[2:]))))
