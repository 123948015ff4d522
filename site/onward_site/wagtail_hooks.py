"""What the site adds to the apps through their hooks."""

from wagtail import hooks

from .personal_data import held_elsewhere


hooks.register("onward_newsletter_personal_data", held_elsewhere)
