"""A Wagtail project of somebody else, as small as they get; the modules beside this one add one app of ours."""

import os
from pathlib import Path


SECRET_KEY = "the key of a host project that guards nothing at all"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "tests.hosts.urls"
FOLDER = Path(os.environ["HOST_FOLDER"])
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": FOLDER / "host.sqlite3",
        "OPTIONS": {"init_command": "PRAGMA synchronous=OFF"},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
STATIC_URL = "/static/"
MEDIA_ROOT = FOLDER / "media"
USE_TZ = True
WAGTAIL_SITE_NAME = "Somebody's site"
WAGTAILADMIN_BASE_URL = "https://somebody.example"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
OWN_ADDRESSES: dict[str, str] = {}
