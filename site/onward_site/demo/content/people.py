"""Who is who: the author, and the names that subscribers are made of. Every address is a reserved example."""

SITE_NAME = "The Sales Floor"
INTRODUCTION = (
    "Mara Kalani on selling for a living, and on managing the people who do. I write in series: every part asks you "
    "something, and the next one starts from what you answered."
)

AUTHOR_LOGIN = "author"
AUTHOR_PASSWORD = "demo"  # noqa: S105 (printed by the demo command; the demo is for one's own machine)
AUTHOR_ADDRESS = "mara.kalani@example.com"
AUTHOR_FIRST_NAME = "Mara"
AUTHOR_LAST_NAME = "Kalani"
AUTHOR_ROLE = "Sold and managed for nineteen years; now advises sales teams"
AUTHOR_BIO = (
    "Mara Kalani sold packaging machinery in the Midlands for ten years and managed a team of eight for nine. She now "
    "works with sales teams that have grown too large to be run from one person’s head. She writes The Sales Floor "
    "on Sunday mornings and answers comments on Mondays."
)

NEWSLETTER_DESCRIPTION = "A mail when a new part is out. Usually twice a month, never on a Friday afternoon."
NEWSLETTER_SENDER = "mara@example.com"
NEWSLETTER_POSTAL = "The Sales Floor, 4 Canal Yard, Birmingham"

ISSUE_SUBJECT = "One number, counted twice"
ISSUE_PREVIEW = "Part 1 of a new series, with a question for you about last week."
ISSUE_INTRO = (
    "Good morning. This is the first part of a new series about a job I held for nine years and am no longer sure "
    "should exist. There are two questions in it. You can answer them from this mail, and I will read what you write."
)
ISSUE_OUTRO = "Reply to this mail if you would rather not say it in public. I read every answer."

FIRST_NAMES = (
    "Aisha", "Alasdair", "Amara", "Anneke", "Arjun", "Beatriz", "Bogdan", "Carys", "Chidi", "Claire",
    "Daniela", "David", "Deepa", "Ebba", "Emeka", "Esther", "Farah", "Fionn", "Gareth", "Giulia",
    "Hamza", "Helen", "Hugo", "Imani", "Isla", "Jamal", "Jonas", "Kamal", "Karin", "Keiko",
    "Leila", "Lucy", "Magda", "Marcus", "Mei", "Nasrin", "Niall", "Oksana", "Omar", "Pauline",
    "Petra", "Rashid", "Rosa", "Ruth", "Sanjay", "Siobhan", "Stefan", "Thandiwe", "Yusuf", "Zoe",
)  # fmt: skip
LAST_NAMES = (
    "Abbott", "Achterberg", "Bailey", "Banerjee", "Costa", "Diallo", "Edwards", "Farouk", "Gallagher", "Hussain",
    "Ibrahim", "Jansen", "Kaur", "Kowalska", "Lindqvist", "MacLeod", "Marino", "Ncube", "Nowak", "Obi",
    "Pereira", "Quinn", "Rossi", "Sato", "Thomas", "Ueda", "Varga", "Walsh", "Yilmaz", "Zhang",
)  # fmt: skip
DOMAINS = ("example.org", "example.com", "example.net")
