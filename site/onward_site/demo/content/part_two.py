"""What Mara had written of Part 2 when the demo was made: a draft around the roundup."""

from .shapes import ArticleText


#: The third column under "We asked, you said".
CHANGED = (
    "I had written this part about hiring. It is about the repair work now, and about whose work it was in the first "
    "place."
)

PART_TWO = ArticleText(
    title="You told me where the week goes",
    slug="you-told-me-where-the-week-goes",
    standfirst=(
        "I expected an argument about coaching. What came first was work that another department had dropped, and some "
        "of you were cross with me for making it sound noble."
    ),
    day=13,
    tags=("sales managers", "roles"),
    next_question="Should the manager’s job still belong to one person?",
    next_in_days=20,
    body=(
        ("we_asked", None),
        (
            "paragraph",
            "I had planned to write this part about hiring. I had three thousand words on it. Then your answers came "
            "in, and hardly anybody mentioned hiring, so those three thousand words can wait.",
        ),
        (
            "paragraph",
            "Here is what I asked and what you said. The people who answered are readers of this page and of the "
            "newsletter who felt like answering, which makes them busier or angrier than average, or both.",
        ),
        ("roundup", None),
        ("heading", "Repair work"),
        (
            "paragraph",
            "The most frequent answer has no name in any job description I have seen. You chase the delivery, you "
            "find out who has the contract, you send finance the same form again. I called it fixing what other "
            "functions dropped, and two of you objected to the verb. They said that nobody had dropped anything; the "
            "work had never been anyone’s, and it rolled downhill until it met a person with a target.",
        ),
        (
            "paragraph",
            "I think they are right, and it changes my question. If somebody dropped the work, you can hand it back. "
            "If it was never anyone’s, you have to decide whose it is.",
        ),
        ("heading", "The eighteen who coach"),
        (
            "paragraph",
            "Eighteen of you spend most of the week on your people. I do not know yet what you stopped doing to get "
            "there, or who let you. If you are one of the eighteen, tell me in the comments: it is the next thing I "
            "want to write about.",
        ),
        ("heading", "Once more, two weeks later"),
        (
            "paragraph",
            "I am putting the same question again. If you answered the first time, I would like to know whether last "
            "week was any different. If it was the same, that is an answer too.",
        ),
        ("poll", "week"),
        ("author", None),
        (
            "next_part",
            "I want to draw the team once more with nobody in the box, and to ask those of you who work like that what "
            "went wrong first.",
        ),
    ),
)
