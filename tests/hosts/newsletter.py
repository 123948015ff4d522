"""Only the newsletter."""

from tests.hosts.bare import *
from tests.hosts.bare import INSTALLED_APPS


INSTALLED_APPS = ["onward_newsletter", *INSTALLED_APPS]
OWN_ADDRESSES = {"newsletter/": "onward_newsletter.urls", "u/": "onward_newsletter.unsubscribe_urls"}
