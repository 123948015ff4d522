"""The author's desk in the admin: what came in, what needs a decision, and the buttons that go on from there."""
