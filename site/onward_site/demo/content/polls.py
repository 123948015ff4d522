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
        ("other", "Other: what do you do instead?", 12),
    ),
    mail=63,
    words_prompt="What was it last week?",
    other="other",
    roles=(
        ("Sales rep", 29),
        ("Frontline manager", 45),
        ("Manager of managers", 13),
    ),
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
    # Somebody at a maker of such software passed the link round the office.
    burst=("software", 26),
    burst_day=5,
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

#: The same question after the series had answered it: it closed four weeks later.
MEETING_AGAIN = PollText(
    name="meetings again",
    question=MEETING.question,
    options=(
        ("pipeline", "The pipeline review", 35),
        ("forecast", "The forecast call", 45),
        ("monday", "The Monday meeting", 27),
        ("none", "We would miss all three", 6),
    ),
    visibility="always",
    article="the-monday-meeting",
    opens_day=-96,
    closes_day=-68,
    follows="meetings",
    moves=(
        ("monday", "monday", 12),
        ("monday", "forecast", 17),
        ("monday", "pipeline", 9),
        ("pipeline", "pipeline", 14),
        ("pipeline", "forecast", 7),
        ("pipeline", "monday", 5),
        ("forecast", "forecast", 8),
        ("forecast", "pipeline", 6),
        ("forecast", "monday", 5),
    ),
)

USEFUL = PollText(
    name="useful",
    question="How much of your last pipeline review was of use to you?",
    kind="scale",
    options=(("1", "1", 19), ("2", "2", 24), ("3", "3", 15), ("4", "4", 7), ("5", "5", 3)),
    ends=("None of it", "All of it"),
    mail=17,
    article="the-pipeline-review",
    opens_day=-124,
)

ALL_POLLS = (USEFUL, MEETING, MEETING_AGAIN, WEEK, TECHNICAL, INSTEAD)
