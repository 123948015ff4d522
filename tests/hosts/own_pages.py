"""The blog's mixins under page types of the host's own, with polls, and without our ready-made pages."""

from tests.hosts.blog import *
from tests.hosts.blog import INSTALLED_APPS


INSTALLED_APPS = ["tests.hosts.columns", "onward_polls", *INSTALLED_APPS]
OWN_ADDRESSES = {"": "onward_blog.urls", "polls/": "onward_polls.urls"}
EMAIL_TIMEOUT = 30
#: A package in the host's folder: the tables of its pages have whatever the mixins bring today.
MIGRATION_MODULES = {"columns": "column_migrations"}
