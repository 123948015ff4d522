"""Addresses under /mailbox/."""

from django.urls import path

from . import views


app_name = "onward_mailbox"
urlpatterns = [
    path("", views.letters, name="letters"),
    path("<str:key>/", views.letter, name="letter"),
    path("<str:key>/html/", views.letter_html, name="letter_html"),
]
