"""The blog with its ready-made pages, without polls and newsletter."""

from tests.hosts.blog import *
from tests.hosts.blog import INSTALLED_APPS


INSTALLED_APPS = ["onward_blog.pages", *INSTALLED_APPS]
OWN_ADDRESSES = {"": "onward_blog.urls", "pages/": "onward_blog.pages.urls"}
