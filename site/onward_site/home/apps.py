from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "onward_site.home"
    label = "onward_home"
    verbose_name = "Home"

    def ready(self) -> None:
        from . import checks, signal_handlers  # noqa: F401

        signal_handlers.connect()
