"""What this app adds to Wagtail. Each area registers its own in ``<area>/hooks.py``."""
