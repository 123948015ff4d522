"""Addresses of shares; included below ``share/`` in this app's ``urls.py``, so the namespace is ``onward_blog``."""

from django.urls import path

from . import views


urlpatterns = [
    path("<int:page_id>/arrived/", views.arrived, name="share_arrived"),
    path("<int:page_id>/<slug:channel>/", views.share, name="share"),
    path("<int:page_id>/<slug:channel>/go/", views.go, name="share_go"),
]
