"""What shares add to Wagtail; imported by this app's ``wagtail_hooks.py``."""
