"""Bridges to other packages; nothing here is imported unless a project names it in its settings."""
