"""Addresses of roundups; included below ``roundups/`` in this app's ``urls.py``, so the namespace is ``onward_blog``."""

from django.urls import path

from . import views


urlpatterns = [
    path("<int:roundup_id>/", views.roundup, name="roundup"),
    path("<int:roundup_id>.json", views.roundup_json, name="roundup_json"),
    path("<int:roundup_id>.csv", views.roundup_csv, name="roundup_csv"),
]
