"""What readers did with an article, seen from the author's desk: one module per source."""
