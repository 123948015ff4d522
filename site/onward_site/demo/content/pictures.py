"""The three pictures of the demo: what each shows, in words."""

from .shapes import PictureText


WEEK = PictureText(
    name="week",
    title="A week in half hours",
    alt=(
        "A working week drawn as five columns of half-hour blocks. Nearly all blocks are grey or pale green; two "
        "small ones, on Wednesday and Friday, are dark green."
    ),
    caption="One of my weeks in half hours. The two dark blocks are coaching.",
)
EIGHT = PictureText(
    name="eight",
    title="Eight circles around one",
    alt="Eight circles of different sizes stand in a ring, each joined by a line to one small dark circle in the middle.",
    caption="Eight kinds of help, and one person in the middle of them.",
)
MEETINGS = PictureText(
    name="meetings",
    title="Three meetings",
    alt="Three rows of nine blocks, one for each person. In the first two rows most are empty; in the third all are filled.",
    caption="Who had something to say in the pipeline review, the forecast call and the Monday meeting.",
)

ALL_PICTURES = (WEEK, EIGHT, MEETINGS)
