"""From what readers said to the next part: frozen roundups, the draft that holds them, and telling the readers."""
