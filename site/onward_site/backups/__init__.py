"""A site in a folder: its database, its uploads, and a manifest that proves both are whole."""
