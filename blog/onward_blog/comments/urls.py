"""Addresses of comments; included below ``comments/`` in this app's ``urls.py``, so the namespace is ``onward_blog``."""

from django.urls import path, register_converter

from . import views
from .numbers import CommentNumber


register_converter(CommentNumber, "comment_number")

urlpatterns = [
    path("<int:page_id>/", views.read_comments, name="comments"),
    path("<int:page_id>/new/", views.write_comment, name="comment_new"),
    path("<int:page_id>/sent/", views.comment_sent, name="comment_sent"),
    path("c/<comment_number:comment_id>/", views.find_comment, name="comment"),
    path("confirm/<str:token>/", views.confirm, name="comment_confirm"),
    path("mute/<str:token>/", views.mute, name="comment_mute"),
]
