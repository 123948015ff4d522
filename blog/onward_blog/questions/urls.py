"""Addresses of readers' questions; included below ``questions/`` in this app's ``urls.py``."""

from django.urls import path

from . import views


urlpatterns = [
    path("<int:page_id>/", views.read_questions, name="questions"),
    path("<int:page_id>/new/", views.ask, name="question_new"),
    path("q/<int:question_id>/", views.want, name="question"),
    path("told/<str:token>/", views.address, name="question_address"),
]
