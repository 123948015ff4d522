"""Addresses of what belongs to one reader; mount them at the root of the site, before Wagtail's."""

from django.urls import path

from . import views


app_name = "onward_blog"

urlpatterns = [
    path("reader/<int:page_id>/", views.reader, name="reader"),
]
