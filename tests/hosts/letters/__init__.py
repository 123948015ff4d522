"""Somebody's own app, whose pages are mailed by wagtail-newsletter."""
