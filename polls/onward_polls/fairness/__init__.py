"""What may be unfair about the answers: networks, bursts, and the log of what was decided."""
