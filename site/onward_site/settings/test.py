"""For pytest and mypy: SQLite in memory, eager tasks, mail in memory, nothing outside the process."""

import os
import tempfile
from pathlib import Path


os.environ.setdefault("SECRET_KEY", "only-for-tests-and-never-used-to-sign-anything-real-7f3a")
os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="onward-test-"))

from .base import *
from .base import DATABASES, ONWARD_NEWSLETTER, VAR_DIR


DEBUG = False
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
SERVE_MEDIA = True
SERVE_MAILBOX = False

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(Path(VAR_DIR) / "test.sqlite3")}

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "renditions": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
ONWARD_NEWSLETTER = {**ONWARD_NEWSLETTER, "ANSWER_SECONDS": 0}
WHITENOISE_AUTOREFRESH = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
LOGGING = {"version": 1, "disable_existing_loggers": False}
