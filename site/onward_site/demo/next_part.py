"""The draft of Part 2: begun with the real action, and then written at for an hour."""

from onward_blog.roundups.actions import write_next_part

from .body import body_of
from .content.part_one import PART_ONE
from .content.part_two import PART_TWO
from .reading import expected
from .stage import Stage


def begin_part_two(stage: Stage) -> None:
    """Press "Write the next part" on Part 1, and put the author's paragraphs around the roundup."""
    draft = write_next_part(stage.articles[PART_ONE.slug], user=stage.user)
    draft.title = draft.draft_title = PART_TWO.title
    draft.slug = PART_TWO.slug
    draft.standfirst = draft.search_description = PART_TWO.standfirst
    draft.author = stage.author
    draft.next_question = PART_TWO.next_question
    draft.next_expected = expected(stage, PART_TWO)
    draft.body = _around(draft.body.get_prep_value(), body_of(stage, PART_TWO))
    draft.save_revision(user=stage.user)
