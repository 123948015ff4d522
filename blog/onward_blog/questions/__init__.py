"""Questions from readers: what the next part of a series should answer, and how many want to know it."""
