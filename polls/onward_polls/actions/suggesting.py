"""Proposing themes from what readers wrote and nobody has sorted yet. A proposal changes nothing of the board."""

from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from swapper import load_model

from onward_polls.desk.board import UNSORTED, words_of
from onward_polls.errors import CannotSuggest
from onward_polls.models import Ballot, Poll, ProposedTheme, ProposedWords, ThemeProposal
from onward_polls.themes.clustering import Grouping, group_texts, is_installed
from onward_polls.themes.naming import suggested_names


#: Under so many sentences, reading them all is quicker and better.
FEWEST = 50
#: From so many on a worker does it, and the author does not wait.
IN_BACKGROUND = 2000
BATCH = 1000


def unsorted_words(poll: Poll) -> "QuerySet[Ballot]":
    """Return the ballots whose words are in no theme, the oldest first."""
    return words_of(poll).filter(UNSORTED).order_by("pk")


def why_no_suggestion(n: int) -> str:
    """Return what stands against proposing themes from n sentences, as a sentence for the author; "" if nothing."""
    if n < FEWEST:
        return _(
            "Themes are suggested from %(fewest)d unsorted sentences on. Of fewer, reading them all is quicker and better."
        ) % {"fewest": FEWEST}
    if not is_installed():
        return _(
            "To have themes suggested, whoever runs this site installs scikit-learn with: "
            'pip install "wagtail-onward[themes]". Nothing readers wrote leaves this server either way.'
        )
    return ""


def ask_for_themes(poll: Poll) -> ThemeProposal:
    """Note that themes are to be proposed for a poll, in place of what was proposed before; raises CannotSuggest.

    Then ``make_proposal`` makes them, at once or, as ``n`` says from IN_BACKGROUND on, in a worker.
    """
    n = unsorted_words(poll).count()
    if why := why_no_suggestion(n):
        raise CannotSuggest(why)
    with transaction.atomic():
        # Two windows that ask at once: the later one's proposal stays.
        Poll.objects.select_for_update().get(pk=poll.pk)
        ThemeProposal.objects.filter(poll=poll).delete()
        proposal: ThemeProposal = ThemeProposal.objects.create(poll=poll, asked_at=timezone.now(), n=n)
    return proposal


def make_proposal(proposal: ThemeProposal) -> bool:
    """Work out what was asked for, once; return False where somebody else is at it, or it is wanted no more."""
    waiting = ThemeProposal.objects.filter(pk=proposal.pk, state=ThemeProposal.State.WAITING)
    if not waiting.filter(started_at=None).update(started_at=timezone.now()):
        return False
    poll = proposal.poll
    language = language_of(poll)
    rows = list(unsorted_words(poll).values_list("pk", "words"))
    ballots, texts = [pk for pk, _words in rows], [words for _pk, words in rows]
    grouping = group_texts(texts, language=language)
    groups = [[texts[place] for place in group] for group in grouping.groups]
    names = suggested_names(groups, [texts[place] for place in grouping.left], language=language)
    with transaction.atomic():
        held = waiting.select_for_update().first()
        if held is None:
            return False
        _store(held, ballots, grouping, names)
    return True


def make_waiting_proposals() -> None:
    """Work out every proposal that was asked for and that nobody has begun."""
    for proposal in waiting_proposals().select_related("poll"):
        make_proposal(proposal)


def waiting_proposals() -> "QuerySet[ThemeProposal]":
    """Return the proposals that nobody has begun, the oldest first."""
    return ThemeProposal.objects.filter(state=ThemeProposal.State.WAITING, started_at=None).order_by(
        "asked_at"
    )


def language_of(poll: Poll) -> str:
    """Return the language of the pages on which a poll was answered, if it is one; otherwise that of the site."""
    pages = load_model("wagtailcore", "Page").objects.filter(pk__in=words_of(poll).values("page_ref"))
    codes = set(pages.values_list("locale__language_code", flat=True))
    return str(codes.pop()) if len(codes) == 1 else settings.LANGUAGE_CODE


def _store(proposal: ThemeProposal, ballots: Sequence[int], grouping: Grouping, names: Sequence[str]) -> None:
    themes: list[ProposedTheme | None] = [
        ProposedTheme.objects.create(proposal=proposal, name=name, sort_order=place)
        for place, name in enumerate(names, 1)
    ]
    # Whoever was erased in the meantime is in no proposal.
    there = set(unsorted_words(proposal.poll).values_list("pk", flat=True))
    words = [
        ProposedWords(
            proposal=proposal,
            theme=theme,
            ballot_id=ballots[place],
            line=grouping.stands_for[place],
            rank=rank,
        )
        for theme, group in zip([*themes, None], [*grouping.groups, grouping.left], strict=True)
        for rank, place in enumerate(group)
        if ballots[place] in there
    ]
    ProposedWords.objects.bulk_create(words, batch_size=BATCH)
    proposal.state, proposal.made_at, proposal.n = ThemeProposal.State.READY, timezone.now(), len(words)
    proposal.save(update_fields=["state", "made_at", "n"])
