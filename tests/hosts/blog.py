"""The blog's mixins, comments and shares, without its ready-made pages, polls and newsletter."""

from tests.hosts.bare import *
from tests.hosts.bare import INSTALLED_APPS


INSTALLED_APPS = [
    "onward_blog",
    "django_comments_xtd",
    "django_comments",
    "django.contrib.sites",
    *INSTALLED_APPS,
]
SITE_ID = 1
COMMENTS_APP = "django_comments_xtd"
COMMENTS_XTD_MAX_THREAD_LEVEL = 2
OWN_ADDRESSES = {"": "onward_blog.urls"}
