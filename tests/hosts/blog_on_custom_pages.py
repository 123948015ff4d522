"""The blog's mixins, comments and shares in a project whose pages have a base model of their own."""

from tests.hosts.blog import *
from tests.hosts.blog import INSTALLED_APPS


INSTALLED_APPS = [*INSTALLED_APPS, "wagtail.test.basepage"]
WAGTAIL_PAGE_MODEL = "basepage.BasePage"
