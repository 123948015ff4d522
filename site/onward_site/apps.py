from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "onward_site"
    label = "onward_site"
    verbose_name = "Onward"

    def ready(self) -> None:
        """Register the checks that refuse half-configured sites."""
        from . import checks  # noqa: F401 (registers itself)
