"""What this app adds to Wagtail. Each area registers its own in ``<area>/hooks.py``."""

from .comments import hooks as comment_hooks  # noqa: F401
from .shares import hooks as share_hooks  # noqa: F401
