"""What polls tell the apps above them. Every signal is sent after the transaction has committed."""

from django.dispatch import Signal


#: sender=Poll, ballot, created. A ballot was cast, or cast again with other options. Not sent when the
#: reader pressed the button again without changing anything.
ballot_cast = Signal()

#: sender=Poll, ballot. The reader took the whole ballot back; its votes and words are already gone.
ballot_withdrawn = Signal()

#: sender=Poll, ballot. Words were written or changed. Not sent for an unchanged sentence.
words_added = Signal()

#: sender=Poll, ballot. Words that could be quoted until now may no longer be quoted: the consent was withdrawn, or
#: they were changed or removed. Words that took their place have a consent of their own, and are not meant.
consent_withdrawn = Signal()

#: sender=Poll, ballot. Words may still be quoted, but under another name than before, or under none.
consent_changed = Signal()

#: sender=Poll, poll. The poll stopped taking ballots: by hand, at once; by its closing time, within a minute.
poll_closed = Signal()

#: sender=Poll, poll. Readers see another poll than before: it was reworded, opened again, put into the archive or
#: taken out of it, its options changed, or an author saved it in the admin. Not sent for votes (see tally_folded),
#: nor when it closes (see poll_closed). What shows the poll is out of date.
poll_changed = Signal()

#: sender=Poll, poll. The folded tally changed, so what shows it is out of date. Not sent when nothing changed.
tally_folded = Signal()

#: sender=Poll, follow_up. A reader confirmed the address that wants to hear what came of an answer.
follow_up_confirmed = Signal()
