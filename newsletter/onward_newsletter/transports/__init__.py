"""Ways out: raw SMTP, and whatever Django's e-mail backend is. Both serve the same state machine."""
