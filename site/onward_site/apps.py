from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "onward_site"
    label = "onward_site"
    verbose_name = "Onward"

    def ready(self) -> None:
        """Register the checks that refuse half-configured sites, the erasing of a reader, and what purges pages."""
        from onward_newsletter.signals import subscriber_erased

        from . import checks  # noqa: F401 (registers itself)
        from .page_cache import purging
        from .personal_data import erase_elsewhere

        purging.connect()
        subscriber_erased.connect(erase_elsewhere, dispatch_uid="onward_site.erase_elsewhere")
