"""Tags for the pages of a blog: ``{% load onward_blog_tags %}``."""

from django import template


register = template.Library()
