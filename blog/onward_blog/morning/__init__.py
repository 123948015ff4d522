"""The morning mail: what came in and what waits for a decision, once a day at most, to each author who wants it."""
