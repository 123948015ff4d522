"""The draft of Part 2: begun with the real action, and then written at for an hour."""

from typing import Any

from onward_blog.responses.aggregating import aggregate_responses
from onward_blog.responses.folding import fold_responses
from onward_blog.roundups.next_part import write_next_part
from onward_polls.actions.breakdowns import refresh_breakdown

from .body import body_of
from .content.part_one import PART_ONE
from .content.part_two import CHANGED, PART_TWO
from .reading import expected
from .stage import Stage


Blocks = list[dict[str, Any]]


def fold_answers(stage: Stage) -> None:
    """Do what Celery does, so that the first look of readers and of the author finds the numbers."""
    for poll in stage.polls.values():
        refresh_breakdown(poll)
    fold_responses(stage.articles.values())
    aggregate_responses()


def begin_part_two(stage: Stage) -> None:
    """Press "Write the next part" on Part 1, and put the author's paragraphs around what it made."""
    draft = write_next_part(stage.articles[PART_ONE.slug], user=stage.user)
    draft.title = PART_TWO.title
    draft.slug = PART_TWO.slug
    draft.standfirst = draft.search_description = PART_TWO.standfirst
    draft.next_question = PART_TWO.next_question
    draft.next_expected = expected(stage, PART_TWO)
    draft.next_at_answers = PART_TWO.next_at_answers
    draft.tags.add(*PART_TWO.tags)
    stream = draft.body.stream_block
    blocks = _around(stream.get_prep_value(draft.body), body_of(stage, PART_TWO))
    draft.body = stream.to_python(blocks)
    draft.save_revision(user=stage.user)


def _around(made: Blocks, written: Blocks) -> Blocks:
    """Return what the author wrote with each block the action made at its place; the rest goes to the end."""
    waiting = {block["type"]: block for block in made}
    if "we_asked" in waiting:
        waiting["we_asked"]["value"]["changed"] = CHANGED
    placed = [waiting.pop(block["type"], block) for block in written]
    end = next(place for place, block in enumerate(placed) if block["type"] == "next_part")
    return [*placed[:end], *waiting.values(), *placed[end:]]
