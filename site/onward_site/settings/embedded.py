"""One machine, one command: SQLite, a file cache, one worker, and a mailbox to read mail in."""

from urllib.parse import urlsplit

from onward_site.celery import beat_schedule

from .base import *
from .base import BASE_URL, ONWARD_NEWSLETTER, SECRET_KEY, VAR_DIR, env
from .secrets import kept_secret, refuse_weak_secret


SECRET_KEY = SECRET_KEY or kept_secret(VAR_DIR / "secret_key")
refuse_weak_secret("SECRET_KEY", SECRET_KEY)

_OURSELVES = ["127.0.0.1", "localhost", "[::1]", urlsplit(BASE_URL).hostname or "localhost"]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", _OURSELVES)

# Static files are served from where they lie: no collectstatic between a clone and a page.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 0

# Mail for one reader at a time: a shorter wait is worth the few more queries.
CELERY_BEAT_SCHEDULE = beat_schedule(pump_seconds=10, reads_bounces=bool(ONWARD_NEWSLETTER["BOUNCE_MAILBOX"]))

#: Serve MEDIA_ROOT and the readable /mailbox/ from this process.
SERVE_MEDIA = True
SERVE_MAILBOX = env.bool("SERVE_MAILBOX", False)
