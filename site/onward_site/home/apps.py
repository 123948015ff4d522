from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "onward_site.home"
    label = "onward_home"
    verbose_name = "Home"
