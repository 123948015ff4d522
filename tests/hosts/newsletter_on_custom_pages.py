"""The newsletter in a project whose pages have a base model of their own."""

from tests.hosts.newsletter import *
from tests.hosts.newsletter import INSTALLED_APPS


INSTALLED_APPS = [*INSTALLED_APPS, "wagtail.test.basepage"]
WAGTAIL_PAGE_MODEL = "basepage.BasePage"
