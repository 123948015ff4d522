"""Addresses of what belongs to one reader; mount them at the root of the site, before Wagtail's."""

from django.urls import include, path

from . import views


app_name = "onward_blog"

urlpatterns = [
    path("reader/<int:page_id>/", views.reader, name="reader"),
    path("comments/", include("onward_blog.comments.urls")),
    path("share/", include("onward_blog.shares.urls")),
    path("questions/", include("onward_blog.questions.urls")),
    path("roundups/", include("onward_blog.roundups.urls")),
]
