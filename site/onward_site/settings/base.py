"""What every way of running the site shares; everything that differs comes from the environment."""

from pathlib import Path
from urllib.parse import urlsplit

from environs import Env

from onward_site.celery import beat_schedule

from .broker import transport_options
from .database import database_from_url
from .mail import mail_settings_from_url
from .secrets import read_secret


ROOT_DIR = Path(__file__).resolve().parents[3]
SITE_DIR = ROOT_DIR / "site"

env = Env()
env.read_env(str(ROOT_DIR / ".env"), recurse=False)

VAR_DIR: Path = Path(env.str("VAR_DIR", str(ROOT_DIR / "var")))

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = read_secret("SECRET_KEY")
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", [])
#: Every link in a mail starts with this; never with the host of a request.
BASE_URL = env.str("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
#: How many proxies in front of us add to X-Forwarded-For; 0 trusts only the socket.
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0)

INSTALLED_APPS = [
    "onward_site",
    "onward_site.home",
    "onward_site.demo",
    "onward_blog.pages",
    "onward_blog",
    "onward_polls",
    "onward_newsletter",
    "django_comments_xtd",
    "django_comments",
    "wagtail.contrib.settings",
    "wagtail.contrib.table_block",
    "wagtail.embeds",
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
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sites",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "onward_site.health.HealthMiddleware",
    "onward_site.middleware.ClientAddressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "onward_site.middleware.PolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "onward_site.urls"
WSGI_APPLICATION = "onward_site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Ours come first: django-comments-xtd ships a top-level 404.html.
        "DIRS": [SITE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
            ],
        },
    },
]

DATABASES = {"default": database_from_url(env.str("DATABASE_URL", ""), VAR_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", "")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": VAR_DIR / "cache",
        # The default of 300 would let a flood push out the very counters that limit it.
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    },
    "renditions": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}
#: Memory of each web process for finished pages in front of Django; 0 keeps none.
PAGE_CACHE_MEGABYTES = env.int("PAGE_CACHE_MEGABYTES", 32)

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

LANGUAGE_CODE = env.str("LANGUAGE_CODE", "en-gb")
TIME_ZONE = env.str("TIME_ZONE", "UTC")
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT: str | None = env.str("STATIC_ROOT", str(VAR_DIR / "static"))
STATICFILES_DIRS = [SITE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

SITE_ID = 1
WAGTAIL_SITE_NAME = "Onward"
WAGTAILADMIN_BASE_URL = BASE_URL
# The admin asks nobody else for anything either: no portraits, no version check, no banner.
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_FRONTEND_LOGIN_URL = "/admin/login/"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

COMMENTS_APP = "django_comments_xtd"
COMMENTS_TIMEOUT = 24 * 60 * 60
COMMENTS_XTD_MAX_THREAD_LEVEL = 2
COMMENTS_XTD_CONFIRM_EMAIL = True
COMMENTS_XTD_THREADED_EMAILS = False

ONWARD_POLLS: dict[str, object] = {
    "BASE_TEMPLATE": "base.html",
    "READER_KEY_SECRET": read_secret("READER_KEY_SECRET"),
    "EMBED_ORIGINS": env.list("EMBED_ORIGINS", []),
    "EMBED_STYLES": ["tokens.css", "site.css"],
}
ONWARD_BLOG: dict[str, object] = {
    "BASE_TEMPLATE": "base.html",
    "DATA_LICENSE_NAME": env.str("DATA_LICENSE_NAME", ""),
    "DATA_LICENSE_URL": env.str("DATA_LICENSE_URL", ""),
}
ONWARD_NEWSLETTER: dict[str, object] = {
    "BASE_TEMPLATE": "base.html",
    "ADDRESS_KEY": read_secret("ADDRESS_KEY"),
    "UNDO_SECONDS": env.int("UNDO_SECONDS", 60),
    "BOUNCE_MAILBOX": read_secret("BOUNCE_MAILBOX"),
    "WEBHOOK_PROVIDERS": tuple(env.list("WEBHOOK_PROVIDERS", [])),
    "SNS_TOPICS": tuple(env.list("SNS_TOPICS", [])),
}
if WEBHOOK_SECRET := read_secret("WEBHOOK_SECRET"):
    ANYMAIL_WEBHOOK_SECRET = WEBHOOK_SECRET

MAILBOX_DIR: Path = VAR_DIR / "mailbox"
EMAIL_URL = env.str("EMAIL_URL", "") or "mailbox://"
vars().update(mail_settings_from_url(EMAIL_URL))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", f"onward@{urlsplit(BASE_URL).hostname}")

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", f"sqla+sqlite:///{VAR_DIR / 'broker.sqlite3'}")
CELERY_BROKER_TRANSPORT_OPTIONS = transport_options(CELERY_BROKER_URL)
CELERY_BEAT_SCHEDULE = beat_schedule(pump_seconds=30, reads_bounces=bool(ONWARD_NEWSLETTER["BOUNCE_MAILBOX"]))
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat")

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"

CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ["/admin/", "/documents/"],
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "frame-src": ["https://www.youtube-nocookie.com", "https://player.vimeo.com"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'self'"],
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
    # Each page saved starts two index tasks; four lines about them would hide the line that matters.
    "loggers": {"django_tasks": {"level": "WARNING"}, "wagtail": {"level": "WARNING"}},
}
