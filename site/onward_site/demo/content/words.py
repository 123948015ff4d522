"""Forty sentences that readers added, with the consent each gave. Most people say no more than they are asked."""

from .shapes import WordsText as W


ON_THE_WEEK = (
    W(
        "week",
        "I am the integration layer between four teams that do not talk to each other.",
        "fixing",
        "anonymous",
    ),
    W(
        "week",
        "Nobody dropped it. It was never anyone’s job, so it rolls downhill until it reaches somebody with a target.",
        "fixing",
        "name",
        "Joanna Wieczorek",
    ),
    W(
        "week",
        "Two days on a customs form for one pallet. The margin on the pallet would not have paid for my lunch.",
        "fixing",
        "initials",
        "Rainer Brandt",
    ),
    W("week", "Chasing invoices.", "fixing"),
    W(
        "week",
        "I rang our own helpdesk as if I were the customer, because customers get an answer the same day and I do not.",
        "fixing",
        "name",
        "Kwame Mensah",
        tell="kwame.mensah@example.com",
    ),
    W(
        "week",
        "Please don’t call it fixing. I pass things on and I wait. If I fixed anything I would be happier.",
        "fixing",
        "anonymous",
    ),
    W(
        "week",
        "Rewriting quotes after pricing changed the list on the 20th, with nothing sent round.",
        "fixing",
    ),
    W(
        "week",
        "Installation dates. I now know the three people in planning by their first names and their children’s.",
        "fixing",
        "initials",
        "Dimitra Pappas",
    ),
    W("week", "Credit checks, again", "fixing"),
    W(
        "week",
        "A job advert with the wrong town in it. Eleven applicants, all four hundred kilometres away.",
        "fixing",
        "anonymous",
    ),
    W(
        "week",
        "I sell because the number is mine either way. Stop counting my team’s quarter as my only result and I will "
        "coach.",
        "selling",
        "name",
        "Tess Okafor",
        tell="tess.okafor@example.org",
    ),
    W(
        "week",
        "Three of my six are new, so I carry their customers until they can. It is selling, but I would not call it "
        "stepping in.",
        "selling",
        "initials",
        "Nadia Rahman",
    ),
    W("week", "The customer asked for me by name. What would you have done?", "selling"),
    W(
        "week",
        "I like it. It is the only part of the week where I know at the end whether I was any good.",
        "selling",
        "anonymous",
    ),
    W("week", "Closed two of theirs on Friday. Quarter end.", "selling"),
    W(
        "week",
        "Six versions of one forecast. The number on Friday was the number from Monday.",
        "reports",
        "name",
        "Mateus Oliveira",
        tell="mateus.oliveira@example.net",
    ),
    W("week", "CRM", "reports"),
    W(
        "week",
        "I pay for an assistant out of my own bonus so that the call notes get written.",
        "reports",
        "anonymous",
    ),
    W(
        "week",
        "Compliance training for the whole team, booked through me, for a product we stopped selling.",
        "reports",
    ),
    W(
        "week",
        "Our director cut every internal report but one last year. I got a whole day back and I ride along with it.",
        "coaching",
        "name",
        "Bethan Lloyd",
        tell="bethan.lloyd@example.org",
    ),
    W(
        "week",
        "I coach all week and miss my number most quarters. My people stay, though, and I am still here after six "
        "years. So perhaps it depends who you work for.",
        "coaching",
        "initials",
        "Samir Haddad",
        tell="s.haddad@example.net",
    ),
    W(
        "week",
        "One hour with each of them. I move other things for it and I get told off for that.",
        "coaching",
        "anonymous",
    ),
    W("week", "Recruiting. Two left in the same month.", "other", "anonymous"),
    W(
        "week",
        "Driving. Honestly, driving.",
        "other",
        "initials",
        "Fergus Munro",
        tell="fergus.munro@example.com",
        tell_confirmed=False,
    ),
    W("week", "Reading articles by consultants who left the job.", "other"),
)

INSTEAD = (
    W(
        "instead",
        "We have a service desk for the sales team: two people and one number to call. My chasing went from days to "
        "about an hour a week.",
        consent="name",
        credit="Ingrid Solheim",
        tell="ingrid.solheim@example.net",
    ),
    W(
        "instead",
        "An engineer sits with us on Tuesdays and Thursdays. Technical questions wait for those days unless something "
        "is on fire.",
        consent="initials",
        credit="Vikram Shetty",
        tell="vikram.shetty@example.org",
        tell_confirmed=False,
    ),
    W(
        "instead",
        "I give deals back. If I have been in one meeting I am not allowed in the next, and the team holds me to it.",
        consent="name",
        credit="Olu Adeyemi",
    ),
    W("instead", "Nothing, I do all eight, badly.", consent="anonymous"),
    W(
        "instead",
        "The oldest salesperson on the team does the training. She has no title for it and gets a day a month.",
        consent="anonymous",
    ),
    W(
        "instead",
        "We asked a language model to read the tender documents. It found two penalties that I had missed.",
    ),
    W(
        "instead",
        "I stopped sending the weekly report to see who would notice. One person did, and she had been told to "
        "collect it.",
        consent="name",
        credit="Callum Reid",
    ),
    W(
        "instead",
        "My company split the job: one lead for the number, one for the people. After a quarter nobody asked any more "
        "who the boss was.",
        consent="initials",
        credit="Ruth Abiola",
    ),
    W("instead", "ask me again after the quarter", consent="anonymous"),
    W(
        "instead",
        "I disagree with the question. My team needs a person who answers for it. Specialists answer for their topic "
        "and go home.",
        consent="name",
        credit="Martin Hughes",
    ),
    W(
        "instead",
        "Marketing sends us nothing we can use, so my salespeople write their own one-page notes. Some are good.",
    ),
    W("instead", "Work in the evening.", consent="anonymous"),
    W(
        "instead",
        "We let customers book the engineer themselves. I was against it. They ask better questions than we passed on.",
        consent="anonymous",
    ),
    W("instead", "I say no. It took me ten years.", consent="initials", credit="Priya Nair"),
    W("instead", "What a load of self-pitying rubbish. Do your job or let somebody else have it."),
)

ALL_WORDS = ON_THE_WEEK + INSTEAD
