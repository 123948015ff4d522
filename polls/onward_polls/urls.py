"""Addresses of polls; mount them under /polls/."""

from django.urls import path

from .views import results, voting, words


app_name = "onward_polls"

urlpatterns = [
    path("<int:poll_id>/", voting.poll, name="poll"),
    path("<int:poll_id>/results.json", results.results, name="results"),
    path("<int:poll_id>/words/", words.words, name="words"),
    path("<int:poll_id>/words/stop/", words.stop_quoting, name="stop_quoting"),
    path("<int:poll_id>/withdraw/", voting.withdraw, name="withdraw"),
    path("<int:poll_id>/follow-up/", words.follow_up, name="follow_up"),
    path("follow-up/<str:token>/", words.confirm, name="confirm_follow_up"),
]
