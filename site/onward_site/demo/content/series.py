"""The two series of the demo: the one under way, and an older one that is finished."""

from .part_one import PART_ONE
from .shapes import ArticleText, SeriesText


PIPELINE = ArticleText(
    title="The pipeline review",
    slug="the-pipeline-review",
    standfirst="Ninety minutes, nine people, and one spreadsheet that each of them could have read alone.",
    day=-124,
    tags=("meetings",),
    next_question="Who is the forecast call for?",
    body=(
        (
            "paragraph",
            "In my team it was Tuesday at nine. Each salesperson went through their open deals from the top, and I "
            "asked when each would close. Everyone else waited for their turn with the patience of people at the "
            "dentist’s. When we were done I knew what I could have read on Monday evening, and eight people had lost "
            "the best calling hours of the week.",
        ),
        (
            "paragraph",
            "I asked them once, on paper and without names, what the review was for. Five wrote that it was for me. "
            "Two wrote that it was for my director. One wrote “tradition”.",
        ),
        ("heading", "What we tried"),
        (
            "paragraph",
            "We stopped going through the list. Anyone who was stuck put one deal forward by Monday noon, with one "
            "question: who else is in the room when they decide, or what do I say to the man who never answers? We "
            "took two of those a week, half an hour each, and whoever had no view on it could leave.",
        ),
        (
            "paragraph",
            "For three weeks nobody put anything forward, because being stuck had always been a thing to hide. In the "
            "fourth week Ana brought a deal she was losing. Dev knew the customer’s engineer from an earlier job. "
            "That one conversation was worth more than a year of Tuesdays, and it would never have come up in the "
            "order of the spreadsheet.",
        ),
        (
            "paragraph",
            "The list I still read, on Monday evening, with a cup of tea. It takes me twenty minutes. If a date has "
            "moved for the third time, I ring the person, and we talk about that deal and no other.",
        ),
        ("poll", "useful"),
        ("next_part", None),
    ),
)

FORECAST = ArticleText(
    title="The forecast call",
    slug="the-forecast-call",
    standfirst="Four levels of management add up the same guesses, and each takes a little off to be safe.",
    day=-110,
    tags=("meetings", "forecasts"),
    next_question="Which of the three meetings would your team miss least?",
    body=(
        (
            "paragraph",
            "A salesperson believes a deal will close this quarter. She tells me seventy per cent, since I remember "
            "the last time she was sure. I tell my director sixty. He tells the board a half. In the end the deal "
            "closes or it does not, and all four of us were wrong by a different amount.",
        ),
        (
            "paragraph",
            "For two years I kept our forecasts beside what happened. Mine were worse than a rule a trainee could "
            "apply: take what is in writing, add a third of what is in negotiation, ignore the rest. That rule missed "
            "by eight per cent in an average quarter. I missed by thirteen, and I took four hours a week over it.",
        ),
        (
            "quote",
            (
                "I have never changed what I do on Wednesday because of the call on Tuesday.",
                "Dev, when asked",
            ),
        ),
        ("heading", "What the call was really for"),
        (
            "paragraph",
            "My director did not need my number. He needed to hear whether I sounded frightened. That is a fair thing "
            "to want to know, and there are cheaper ways of finding out. We agreed on ten minutes, without slides, in "
            "which I answered three questions. What do you know this week that the rule does not? What could still go "
            "wrong? Where can I help? He told me afterwards that the third was the only one he looked forward to.",
        ),
        (
            "paragraph",
            "The rule made the forecast from then on. It was wrong too, by about as much as it had always been, but "
            "nobody spent Monday on it.",
        ),
        ("poll", "meetings"),
        ("next_part", None),
    ),
)

MONDAY = ArticleText(
    title="The Monday meeting",
    slug="the-monday-meeting",
    standfirst="You voted to abolish it. I tried, and two weeks later the team asked for it back.",
    day=-96,
    tags=("meetings",),
    body=(
        (
            "paragraph",
            "When I asked which of the three meetings your team would miss least, the Monday meeting came first, well "
            "ahead. So we dropped it. For a fortnight Monday was quiet, and I was pleased with all of us.",
        ),
        (
            "paragraph",
            "Then small things went wrong. Two people rang the same buyer on one morning. A price change reached Ana "
            "from a customer. Callum, who works from home in Inverness, told me that he had not spoken to a colleague "
            "for nine days, and that he had not noticed until the seventh.",
        ),
        ("image", "meetings"),
        (
            "paragraph",
            "We put it back with the agenda taken out. Twenty minutes, standing where that is possible, and each "
            "person says one thing the others should know and one thing they need. I speak last. The team’s number "
            "is on the wall for anyone who wants to look at it.",
        ),
        (
            "paragraph",
            "So of three meetings we shrank one, gave one to a rule, and kept the one you told me to abolish. I still "
            "think you answered honestly. I had asked which meeting you would miss least, and you told me which one "
            "was run worst.",
        ),
        (
            "paragraph",
            "So I am asking the same question once more, now that you have read how ours went.",
        ),
        ("poll", "meetings again"),
        (
            "paragraph",
            "That ends this short series. Something in it has stayed with me: I was the reason for two of the "
            "meetings. They existed because somebody in the middle had to know things in order to pass them on. I "
            "want to come back to what that somebody is for.",
        ),
        ("author", None),
    ),
)

MANAGER = SeriesText(
    title="The manager in the middle",
    slug="the-manager-in-the-middle",
    promise=(
        "Frontline sales managers answer for what other people sell, and spend the week on something else. In this "
        "series I try to find out, with the people who do the job, whether the role itself is out of date."
    ),
    parts=(PART_ONE,),
    planned_parts=4,
)

MEETINGS = SeriesText(
    title="Three meetings we could lose",
    slug="three-meetings-we-could-lose",
    promise=(
        "A short series about the hours a sales team spends telling each other what is already written down. One "
        "meeting in each part, what we changed, and what came of it."
    ),
    parts=(PIPELINE, FORECAST, MONDAY),
    planned_parts=3,
)

ALL_SERIES = (MANAGER, MEETINGS)
