"""What stands beside "other" in the first poll, and how the author has begun to sort what readers wrote."""

#: (poll, option, text) as written in the line beside an option. Nobody was asked whether that may be quoted.
WRITE_INS = (
    ("week", "other", "Recruiting"),
    ("week", "other", "recruiting"),
    ("week", "other", "Recruiting"),
    ("week", "other", "Driving between two sites"),
    ("week", "other", "Bringing in new starters"),
    ("week", "other", "Visits from head office"),
)

#: (poll, theme, how the sentences under it begin), in the order of the board.
THEMES = (
    (
        "week",
        "Work that is nobody’s",
        (
            "I am the integration layer",
            "Nobody dropped it.",
            "Two days on a customs form",
            "I rang our own helpdesk",
            "Please don’t call it fixing.",
            "Installation dates.",
            "A job advert with the wrong town",
        ),
    ),
    (
        "week",
        "The number is mine anyway",
        ("I sell because the number", "Three of my six are new", "Closed two of theirs", "I coach all week"),
    ),
    ("week", "Writing it down twice", ("Six versions of one forecast.", "CRM", "I pay for an assistant")),
    ("week", "People come and go", ("Recruiting. Two left", "One hour with each of them.")),
    (
        "instead",
        "Somebody else does it",
        (
            "We have a service desk",
            "An engineer sits with us",
            "The oldest salesperson",
            "We let customers book",
        ),
    ),
    ("instead", "I stopped doing it", ("I give deals back.", "I stopped sending", "I say no.")),
)

#: How the sentences begin that the author wants to come back to.
STARRED = (
    "Nobody dropped it.",
    "I sell because the number",
    "We have a service desk",
    "I disagree with the question.",
)
