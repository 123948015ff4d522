"""Feeds, the archive, tags and authors; mount them at the root of the site, before Wagtail's."""

from django.urls import path

from . import feeds, views


app_name = "onward_blog_pages"

urlpatterns = [
    path("feed/", feeds.LatestFeed(), name="feed"),
    path("archive/", views.archive, name="archive"),
    path("tags/<str:slug>/", views.tag, name="tag"),
    path("authors/<slug:slug>/", views.author, name="author"),
    path("<slug:series_slug>/feed/", feeds.SeriesFeed(), name="series_feed"),
    path("<str:series>/", views.page, name="series"),
    path("<str:series>/<str:article>/", views.page, name="article"),
]
