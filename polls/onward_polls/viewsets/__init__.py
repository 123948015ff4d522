"""Polls in the Wagtail admin: list, form, chooser, and the pages and buttons of one poll."""

from .life import edit_url, poll_buttons
from .poll import poll_viewset


__all__ = ["edit_url", "poll_buttons", "poll_viewset"]
