"""Only the polls."""

from tests.hosts.bare import *
from tests.hosts.bare import INSTALLED_APPS


INSTALLED_APPS = ["onward_polls", *INSTALLED_APPS]
OWN_ADDRESSES = {"polls/": "onward_polls.urls", "v/": "onward_polls.mail_urls"}
