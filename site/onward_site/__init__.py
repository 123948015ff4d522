"""The ready-made site: it wires the apps together and owns their addresses."""

from .celery import app as celery_app


__all__ = ["celery_app"]
