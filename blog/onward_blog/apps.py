from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BlogConfig(AppConfig):
    name = "onward_blog"
    label = "onward_blog"
    verbose_name = _("Blog")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import checks, signal_handlers, site_names  # noqa: F401
        from .comments.setup import connect as connect_comments

        connect_comments()
        signal_handlers.connect()
