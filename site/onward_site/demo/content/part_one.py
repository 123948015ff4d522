"""Part 1 of "The manager in the middle"."""

from .shapes import ArticleText


NEEDS = (
    "<b>Marketing that fits.</b> One page worth sending to this dairy, this month.",
    "<b>Training,</b> in the product, in the customer’s trade, and in the craft of selling.",
    "<b>Trouble taken away.</b> The late delivery, the wrong invoice, the missing power supply.",
    "<b>Technical help.</b> Somebody who can tell the plant engineer whether the seal holds at minus twenty-four.",
    "<b>A look at their own business.</b> Which customers are growing, which have gone quiet, where the margin went.",
    "<b>Data they can trust,</b> including the name of a buyer who still works there.",
    "<b>Direction.</b> Where to spend the week, and which three accounts to leave alone.",
    "<b>Kindness with correction.</b> Somebody who notices the bad month, and still says that the second meeting "
    "failed because they talked for forty minutes of it.",
)

PART_ONE = ArticleText(
    title="One number, counted twice",
    slug="one-number-counted-twice",
    standfirst=(
        "Eight salespeople each carry a target, and their manager carries the sum. I want to know what the manager’s "
        "week adds to it, and whether one person can still do that job."
    ),
    day=0,
    tags=("sales managers", "coaching", "roles"),
    next_question="If you could hand over one of the eight tomorrow, which would it be, and to whom?",
    next_in_days=6,
    next_at_answers=500,
    body=(
        (
            "paragraph",
            "On the last Thursday of March, some years ago, I sat in a car park in Telford and rewrote a delivery note. "
            "A bakery had bought a packaging line from us. The line was on a lorry, and the lorry stood outside because the paper "
            "named a gate that no longer existed. Our logistics people had gone home. So I filled in a new note on my "
            "phone, and it took fifty minutes, while Dev, who had sold the line, kept the plant manager talking about "
            "football.",
        ),
        (
            "paragraph",
            "The lorry got in and the order counted. On Monday my director congratulated Dev on the quarter. An hour "
            "later he congratulated me on the same quarter.",
        ),
        ("heading", "Judged on one thing, twice over"),
        (
            "paragraph",
            "I managed salespeople for nine years, and in that time hardly anything I did was measured. What my team "
            "sold was measured. Each of them had a target. Mine was the eight targets added up, plus four per cent in "
            "case somebody missed. In a good quarter eight people had done well, and so had I. In a bad one the "
            "company read the same eight figures a second time and found that I had failed too.",
        ),
        (
            "paragraph",
            "Consider what that leaves out. If I spent three mornings teaching Ana to ask a finance director a better "
            "question, and she used it eleven months later, it showed up nowhere. If I spent those mornings inside "
            "her deal and asked the question myself, it showed up by the end of the quarter. I knew which of the two "
            "was my job. I also knew which one I would be asked about on Monday.",
        ),
        (
            "paragraph",
            "Directors say that the number is only the result and that a manager is judged on the way there. I "
            "believed it for about two years. Then I went through the managers I knew who had lost the job. Every one "
            "of them had missed a number. Several had coached better than I did.",
        ),
        ("heading", "What the week was made of"),
        (
            "paragraph",
            "In my seventh year I kept a diary for a month, in half hours. The biggest share was other people’s work. Finance had "
            "parked a credit check. Legal wanted a contract in a different template. HR had published our job advert "
            "with last year’s salary, and a demonstration unit had come back without its power supply. Each of these "
            "held up a sale, and each came to me, since I was the first person in the building who lost something if "
            "it stayed undone.",
        ),
        ("image", "week"),
        (
            "paragraph",
            "After that came selling. Some of it was useful, because certain customers will only accept a refused "
            "discount from somebody with a title. Most of it was me in week eleven of a quarter, climbing into deals "
            "that would close sooner with me in them. What my salespeople learned from it was that I would come.",
        ),
        (
            "paragraph",
            "Then the reports. I filled in a forecast on Monday for a call on Tuesday, which somebody summarised on "
            "Wednesday for a meeting on Thursday that I was not in. I kept a second spreadsheet, because nobody "
            "trusted the first. I counted twenty-six hours of this in a month, and I have tried to think of a "
            "customer who was better off for one of them.",
        ),
        (
            "paragraph",
            "That left time with my people, one at a time, talking only about how they worked. It came to five and a "
            "half hours, for eight people, in a month.",
        ),
        ("paragraph", "That was one manager in one company. I would like to know how odd I was."),
        ("poll", "week"),
        ("heading", "Eight kinds of help"),
        (
            "paragraph",
            "Now start from the other end. Suppose you buy for a dairy. You will let a salesperson in a second time "
            "if they know your plant, answer a hard question the same day, and tell you something you had not heard. "
            "A good deal has to happen behind somebody before they can do that. I count eight kinds of help.",
        ),
        ("list", NEEDS),
        (
            "paragraph",
            "Read that again as job adverts. You would be hiring a marketer, a trainer, a fixer, an engineer, an "
            "analyst, a data clerk, a strategist, and something between a coach and a good aunt. We ask one person to "
            "be all of them. We pick that person because they sold well, and then we give them three days of "
            "training, two of them about the software.",
        ),
        ("image", "eight"),
        (
            "paragraph",
            "I was decent at three. I took trouble away because I am stubborn. I could give direction on a good day, "
            "and kindness when I had slept. At technical help I was a danger to the public, and I gave it daily for "
            "years, because mine was the phone that got answered.",
        ),
        ("poll", "technical"),
        ("heading", "Three ways out"),
        (
            "paragraph",
            "The usual answer is to hire better managers. There are people who can do all eight; I have met two. Both "
            "were promoted within eighteen months, and their teams went back to normal.",
        ),
        (
            "paragraph",
            "The second answer is software. Much of that list is looking things up, adding them together and "
            "reminding people, and I would give away the forecast tomorrow. An assistant that has read every manual "
            "already knows our machines better than I did. My doubt comes from a company I advised last year, which "
            "bought a tool for nearly every line of the list. Its managers now have seven more things to log in to.",
        ),
        (
            "paragraph",
            "The third answer is to stop drawing a team as eight sellers and a boss, and to build it as a service "
            "around the customer. Some people sell. An engineer answers engineering questions. One person owns "
            "getting things delivered, another teaches, and each answers for what they do. Somebody still decides "
            "where the week goes, but that is a smaller job than the one I had. On paper it costs more in the first "
            "year. And I do not know who would tell Dev that he talked too long.",
        ),
        (
            "paragraph",
            "Here is the claim I would like you to attack. The frontline sales manager, as most companies draw it, is "
            "out of date. It survives because it is cheap to draw: one box, eight lines down, one line up. Whoever "
            "sits in the box pays the difference in evenings.",
        ),
        ("heading", "What do you actually do?"),
        (
            "paragraph",
            "I left that job three years ago, and my memory is kinder to me than my diary is. You are still in it, or "
            "you work for somebody who is. Your company’s description of the role interests me less than what you did "
            "last Tuesday. If one of the eight is done by somebody else where you work, or by a program, or by "
            "nobody, that is what I want to hear about.",
        ),
        ("words_question", "instead"),
        ("author", None),
        (
            "paragraph",
            "<b>P.S.</b> Do you know a manager who would argue with this? Please send it to them; I learn more from "
            "the ones who disagree. And if somebody sent it to you, you can follow the series yourself: one mail for "
            "each part, and you can vote straight from it.",
        ),
        (
            "next_part",
            "Three teams that handed one of the eight to somebody else, what it cost them, and what your answers say "
            "about where to begin.",
        ),
    ),
)
