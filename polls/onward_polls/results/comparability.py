"""What keeps two numbers from being compared just so, in plain sentences that nobody has to write."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from onward_polls.errors import day
from onward_polls.models import Poll, Wording, plain_text
from onward_polls.tally import PollTally, TallyLine, same_options


def rewordings(poll: Poll, tally: PollTally) -> list[str]:
    """Return what the poll was worded like before, and until when; nothing while it was never reworded."""
    if poll.wording_version == 1:
        return []
    past = list(poll.wordings.all())
    texts = {str(line.option_uuid): line.text for line in tally.lines}
    after = [*past[1:], Wording(question=poll.question, options=texts)]
    return [
        sentence for wording, later in zip(past, after, strict=True) for sentence in _reworded(wording, later)
    ]


def _reworded(wording: Wording, later: Wording) -> Iterator[str]:
    until = day(wording.until)
    if wording.question != later.question:
        yield _("The question was worded differently until %(date)s: “%(text)s”") % {
            "date": until,
            "text": wording.question,
        }
    for uuid, text in wording.options.items():
        new = later.options.get(uuid, text)
        if new != text:
            yield _("“%(new)s” was worded differently until %(date)s: “%(text)s”.") % {
                "new": new,
                "date": until,
                "text": text,
            }


def comparability(
    poll: Poll, earlier: Poll, tally: PollTally, then: PollTally, written: dict[str, int] | None = None
) -> list[str]:
    """Return what differs between a question and the earlier one it asks again; empty if nothing does.

    ``written`` is what ``result_lines`` takes.
    """
    matched = same_options(tally, then)
    written = written or {}
    used = {line.option_uuid for line in matched.values()}
    new = [
        line
        for line in tally.lines
        if line.option_uuid not in matched and not written.get(str(line.option_uuid))
    ]
    gone = [line for line in then.lines if line.option_uuid not in used]
    return [
        *_questions(poll, earlier),
        *(
            _("“%(new)s” was worded differently before: “%(old)s”.") % {"new": line.text, "old": old.text}
            for line in tally.lines
            if (old := matched.get(line.option_uuid)) and plain_text(old.text) != plain_text(line.text)
        ),
        *(
            _promoted(line, written[str(line.option_uuid)])
            for line in tally.lines
            if written.get(str(line.option_uuid))
        ),
        *_offers(new, gone),
        *_manners(poll, earlier),
    ]


def _questions(poll: Poll, earlier: Poll) -> Iterator[str]:
    if plain_text(poll.question) != plain_text(earlier.question):
        yield _("The question was worded differently before: “%(text)s”") % {"text": earlier.question}


def _promoted(line: TallyLine, n: int) -> str:
    said = ngettext(
        "“%(text)s” was not offered before; %(n)s reader wrote it beside “other”, and is counted here.",
        "“%(text)s” was not offered before; %(n)s readers wrote it beside “other”, and are counted here.",
        n,
    )
    return said % {"text": line.text, "n": f"{n:,}"}


def _offers(new: Sequence[TallyLine], gone: Sequence[TallyLine]) -> Iterator[str]:
    if new:
        yield _("Not offered before: %(texts)s.") % {"texts": _listed(new)}
    if gone:
        yield _("No longer offered: %(texts)s.") % {"texts": _listed(gone)}


def _listed(lines: Sequence[TallyLine]) -> str:
    return ", ".join(_("“%(text)s”") % {"text": line.text} for line in lines)


def _manners(poll: Poll, earlier: Poll) -> Iterator[str]:
    """Say how the two were asked differently: how many answers, in which order, and after seeing what."""
    if poll.kind != earlier.kind:
        yield _("Asked as “%(old)s” before, and as “%(new)s” now.") % {
            "old": earlier.get_kind_display(),
            "new": poll.get_kind_display(),
        }
    elif (poll.min_votes, poll.max_votes) != (earlier.min_votes, earlier.max_votes):
        yield _("Readers could give another number of answers before.")
    if poll.shuffle and not earlier.shuffle:
        yield _("The answers stood in one order before, and stand in a different one for each reader now.")
    if earlier.shuffle and not poll.shuffle:
        yield _("The answers stood in a different order for each reader before, and stand in one order now.")
    saw, sees = _shows_first(earlier), _shows_first(poll)
    if saw and not sees:
        yield _("Readers saw the result before they answered then, and do not now.")
    if sees and not saw:
        yield _("Readers did not see the result before they answered then, and do now.")


def _shows_first(poll: Poll) -> bool:
    return poll.results_visibility == Poll.ResultsVisibility.ALWAYS
