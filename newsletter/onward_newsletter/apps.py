from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NewsletterConfig(AppConfig):
    name = "onward_newsletter"
    label = "onward_newsletter"
    verbose_name = _("Newsletter")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks and, where a provider sends the mail, what listens to it."""
        from . import checks, proof  # noqa: F401 (registers them)
        from .conf import webhook_providers

        if webhook_providers():
            from . import webhooks  # noqa: F401 (connects the receivers)
