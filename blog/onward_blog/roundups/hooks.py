"""What roundups add to Wagtail; imported by this app's ``wagtail_hooks.py``."""

from wagtail import hooks

from .choosers import quote_chooser, roundup_chooser


@hooks.register("register_admin_viewset")
def roundup_choosers() -> list[object]:
    return [roundup_chooser, quote_chooser]
