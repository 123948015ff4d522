"""What an author does with a poll: words, numbers, wordings, and answers as rows."""
