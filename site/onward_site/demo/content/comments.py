"""What readers wrote under the articles, in the order it was written, and who they are."""

from .shapes import CommentText as C


#: Who wrote, with the address each confirmed. The author writes as herself.
WRITERS = {
    "tess": ("Tess Okafor", "tess.okafor@example.org"),
    "rainer": ("Rainer Brandt", "r.brandt@example.net"),
    "priya": ("Priya Nair", "priya.nair@example.com"),
    "martin": ("Martin Hughes", "martin.hughes@example.org"),
    "joanna": ("Joanna W.", "joanna.wieczorek@example.net"),
    "samir": ("Samir Haddad", "samir@example.com"),
    "aoife": ("Aoife Brennan", "aoife.brennan@example.org"),
    "ingrid": ("Ingrid Solheim", "ingrid.solheim@example.net"),
    "lien": ("Lien Tran", "lien.tran@example.org"),
    "fergus": ("Fergus", "fergus.munro@example.com"),
    "grace": ("Grace Achieng", "grace.achieng@example.org"),
    "dan": ("Dan", "dan.procter@example.net"),
    "elif": ("Elif Demir", "elif.demir@example.com"),
    "boost": ("Marketing Boost 24", "offers@example.net"),
    "vikram": ("Vikram Shetty", "vikram.shetty@example.org"),
    "hannah": ("Hannah Gold", "hannah.gold@example.com"),
}

OLDER = (
    C(
        "rule",
        "samir",
        "We tried the rule for a year. It missed by seven per cent, and nobody has ever apologised to it.",
        -108,
        "10:12",
        article="the-forecast-call",
    ),
    C(
        "standing",
        "fergus",
        "Standing up does not shorten a meeting. It only makes the same people tired.",
        -95,
        "08:31",
        article="the-monday-meeting",
    ),
    C(
        "standing-author",
        "author",
        "True. I have stopped recommending it. Speaking last has done more.",
        -95,
        "19:44",
        "standing",
        article="the-monday-meeting",
    ),
    C(
        "inverness",
        "lien",
        "The nine days got me. I am the Callum of our team, in Cork, and nobody had noticed either.",
        -92,
        "13:05",
        article="the-monday-meeting",
    ),
)

THREAD = (
    C(
        "number",
        "tess",
        "I sell because the number is mine either way. If you want me to coach, stop counting my team’s quarter as my "
        "only result. It is not more complicated than that.",
        0,
        "09:41",
    ),
    C(
        "number-author",
        "author",
        "What would you have counted instead? I have asked directors this for years, and the honest ones say that "
        "they count sales because sales are what they can see.",
        0,
        "18:20",
        "number",
    ),
    C(
        "number-tess",
        "tess",
        "Whether people I trained are still selling two years later, here or anywhere. It is slow, I know. So is "
        "finding out that nobody was trained.",
        1,
        "07:12",
        "number-author",
    ),
    C(
        "split",
        "rainer",
        "We split the role in two last year: one person for the number, one for the people. It took a quarter until "
        "nobody asked any more who the boss was. Then the person for the people was the first to go when costs were "
        "cut. I leave you to draw the conclusion.",
        1,
        "11:03",
    ),
    C(
        "split-priya",
        "priya",
        "Same here, except that it lasted two quarters. Did your results change in the time you had both?",
        1,
        "13:48",
        "split",
    ),
    C(
        "split-rainer",
        "rainer",
        "Fewer people left. Sales were about the same, which the board read as proof that the second person was not "
        "needed.",
        1,
        "16:30",
        "split-priya",
    ),
    C(
        "answerable",
        "martin",
        "I don’t agree with any of this. A team needs one person who answers for it. I have worked in a “service "
        "around the customer”, and what it meant was six experts and nobody to shout at. The role is not out of date. "
        "It is badly paid, badly trained and given too many direct reports, and all three could be put right without "
        "a new drawing.",
        2,
        "08:15",
    ),
    C(
        "answerable-author",
        "author",
        "This is the best case against me so far, and it will be in Part 2. How many direct reports would be right? "
        "I had eight and thought that was few.",
        2,
        "19:05",
        "answerable",
    ),
    C(
        "answerable-martin",
        "martin",
        "Five. Six if two of them are old hands.",
        3,
        "07:50",
        "answerable-author",
    ),
    C(
        "answerable-aoife",
        "aoife",
        "I have fourteen, Martin. Send help.",
        3,
        "12:26",
        "answerable-author",
    ),
    C(
        "noble",
        "joanna",
        "Careful with the hero story. You spent fifty minutes on a delivery note, the lorry got in, and so nobody "
        "ever had to ask why the gate on the form was wrong. It will be wrong for the next lorry too. Part of the "
        "week is repair work because we are good at it.",
        4,
        "10:37",
    ),
    C(
        "noble-author",
        "author",
        "That stings, and it should. The gate was wrong for two more years. I know, because I kept a copy of my note "
        "to save myself the fifty minutes.",
        4,
        "20:11",
        "noble",
    ),
    C(
        "desk",
        "ingrid",
        "We have had what you call the third way since 2021, in building supplies: five sellers, one engineer, two "
        "people who make sure that things arrive, and me. I decide where the week goes and I coach. I look after four "
        "people fewer than my colleague at our competitor and we sell about the same per head. It is not cheaper. It "
        "is calmer, and I have not lost a salesperson since.",
        5,
        "09:22",
    ),
    C(
        "desk-lien",
        "lien",
        "Who tells your Dev that he talks too long?",
        5,
        "14:02",
        "desk",
    ),
    C(
        "desk-ingrid",
        "ingrid",
        "I do, in the car. I have the time for it.",
        5,
        "17:45",
        "desk-lien",
    ),
    C(
        "software",
        "samir",
        "On software: our assistant answers product questions well, and it has never once said “I don’t know, ask "
        "Karin”. That sentence was half of what my old technical colleague was worth to me.",
        7,
        "08:58",
    ),
    C(
        "software-fergus",
        "fergus",
        "Ours says it constantly. We had to tell it to.",
        7,
        "21:14",
        "software",
    ),
    C(
        "customer",
        "grace",
        "I am on the other side of the table, buying for a dairy as it happens. I can tell within ten minutes which "
        "salespeople have somebody behind them. Nobody has ever asked me what I think of their manager. I have never "
        "met one who was not there to talk about price.",
        9,
        "06:40",
    ),
    C(
        "customer-author",
        "author",
        "May I ring you about this? If you follow the series, reply to any of the mails and it reaches me.",
        9,
        "18:52",
        "customer",
    ),
    C(
        "dull",
        "dan",
        "Good article, thanks.",
        10,
        "12:00",
    ),
    C(
        "rude",
        "elif",
        "Typical. Sales wants eight servants now. Come and work a week in logistics and then tell me who drops what.",
        11,
        "15:33",
        state="rejected",
    ),
    C(
        "spam",
        "boost",
        "Great insight! We deliver 500 qualified leads in 24 hours, guaranteed. Best price today at "
        "https://leads.example.net/offer",
        12,
        "03:17",
        state="spam",
    ),
    C(
        "first",
        "vikram",
        "A question from a country where this looks different. In Pune my managers have twelve people and no "
        "marketing, and they would laugh at the diary because all of it is selling. Is the role out of date, or is "
        "it out of date in firms that have grown too many other departments?",
        13,
        "17:09",
        state="held",
        reason="first",
    ),
    C(
        "unconfirmed",
        "hannah",
        "Does anybody have experience with paying managers on what their people sell a year after they have left "
        "the team?",
        13,
        "19:40",
        state="unconfirmed",
    ),
)

ALL_COMMENTS = OLDER + THREAD
