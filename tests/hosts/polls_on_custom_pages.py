"""The polls in a project whose pages have a base model of their own."""

from tests.hosts.polls import *
from tests.hosts.polls import INSTALLED_APPS


INSTALLED_APPS = [*INSTALLED_APPS, "wagtail.test.basepage"]
WAGTAIL_PAGE_MODEL = "basepage.BasePage"
