from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "onward_site.demo"
    label = "onward_demo"
    verbose_name = "Demo"
