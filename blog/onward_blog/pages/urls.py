"""Feeds, the archive, tags and authors; mount them at the root of the site, before Wagtail's."""

from django.urls import path, re_path

from . import feeds, views


app_name = "onward_blog_pages"

urlpatterns = [
    path("feed/", feeds.LatestFeed(), name="feed"),
    path("archive/", views.archive, name="archive"),
    path("tags/<str:slug>/", views.tag, name="tag"),
    path("authors/<slug:slug>/", views.author, name="author"),
    path("<slug:series_slug>/feed/", feeds.SeriesFeed(), name="series_feed"),
    re_path(r"^(?P<series>[\w-]+)/next/$", views.next_part, name="next_part"),
    # The same letters in an address as Wagtail's own pattern.
    re_path(r"^(?P<series>[\w-]+)/$", views.page, name="series"),
    re_path(r"^(?P<series>[\w-]+)/(?P<article>[\w-]+)/$", views.page, name="article"),
]
