"""Addresses of the site itself."""

from django.urls import path

from . import views


app_name = "onward_home"

urlpatterns = [
    path("privacy/", views.privacy, name="privacy"),
    path("robots.txt", views.robots, name="robots"),
]
