"""What is shown of a tally, and what has to be said beside it."""
