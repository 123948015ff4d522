"""The polls of the demo, with how many readers chose what."""

from .shapes import PollText


WEEK = PollText(
    name="week",
    question="What takes most of your week as a frontline sales manager?",
    options=(
        ("fixing", "Fixing what other functions dropped", 82),
        ("selling", "Stepping in to sell", 54),
        ("reports", "Reports and administration", 46),
        ("coaching", "Coaching the team", 18),
        ("other", "Something else", 12),
    ),
    mail=63,
    words_prompt="What was it last week?",
)

TECHNICAL = PollText(
    name="technical",
    question="Last week, who helped your team most with something technical?",
    options=(
        ("manager", "I did, as their manager", 37),
        ("specialist", "A specialist from another team", 52),
        ("colleague", "A colleague on the team", 34),
        ("software", "Software, including AI tools", 29),
        ("nobody", "Nobody did", 19),
    ),
    mail=47,
)

INSTEAD = PollText(
    name="instead",
    question="What do you do instead?",
    kind="words",
    mail=5,
    words_prompt="Your answer",
)

MEETING = PollText(
    name="meetings",
    question="Which of the three meetings would your team miss least?",
    options=(
        ("pipeline", "The pipeline review", 31),
        ("forecast", "The forecast call", 22),
        ("monday", "The Monday meeting", 43),
        ("none", "We would miss all three", 5),
    ),
    mail=28,
    visibility="always",
    article="the-forecast-call",
    opens_day=-110,
    closes_day=-97,
)

ALL_POLLS = (WEEK, TECHNICAL, INSTEAD, MEETING)
