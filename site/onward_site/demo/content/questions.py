"""What readers want the coming parts to answer, in the order in which they asked."""

from .shapes import QuestionText as Q


ALL_QUESTIONS = (
    Q(
        "three-meetings-we-could-lose",
        "Would your team want any of the three meetings back?",
        day=-104,
        clock="08:10",
        wanted=23,
        state="answered",
        answered_in="the-monday-meeting",
    ),
    Q(
        "the-manager-in-the-middle",
        "Who signs off discounts when nobody sits in the middle?",
        day=2,
        clock="12:40",
        wanted=41,
        state="picked",
    ),
    Q(
        "the-manager-in-the-middle",
        "How do you coach somebody who sells more than you ever did?",
        day=3,
        clock="07:55",
        wanted=28,
    ),
    Q(
        "the-manager-in-the-middle",
        "What becomes of the pay of a manager who has no number any more?",
        day=5,
        clock="21:15",
        wanted=17,
    ),
    Q(
        "the-manager-in-the-middle",
        "Has anyone tried this in a team of four?",
        day=9,
        clock="16:02",
        wanted=6,
    ),
    Q(
        "the-manager-in-the-middle",
        "Is this an advertisement for a coaching firm?",
        day=10,
        clock="23:48",
        wanted=1,
        state="rejected",
    ),
    Q(
        "the-manager-in-the-middle",
        "What did your own director say when he read Part 1?",
        day=13,
        clock="18:20",
        wanted=1,
        state="held",
    ),
)
