"""Copying pages that show polls: with the same poll or with a new one."""
