"""To be mounted at ``/newsletter/``."""

from django.urls import path

from .views import addresses, archive, preferences, proofs, subscribing
from .views.feed import IssueFeed


app_name = "onward_newsletter"
urlpatterns = [
    path("", subscribing.subscribe_page, name="subscribe"),
    path("proof/", proofs.challenge, name="proof"),
    path("asked/", subscribing.asked, name="asked"),
    path("thanks/", subscribing.thanks, name="thanks"),
    path("confirm/<str:token>/", subscribing.confirm_page, name="confirm"),
    path("manage/<str:token>/", preferences.manage, name="manage"),
    path("my-data/<str:token>/", preferences.export, name="export"),
    path("erase/<str:token>/", preferences.erase, name="erase"),
    path("move/<str:token>/", addresses.move, name="move"),
    path("address/<str:token>/", addresses.confirm_address, name="address"),
    path("issues/", archive.issue_list, name="issues"),
    path("issues/<slug:slug>/feed/", IssueFeed(), name="feed"),
    path("issues/<int:issue_id>/", archive.issue_page, name="issue"),
]
