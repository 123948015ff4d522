"""Addresses of polls; mount them under /polls/."""

from django.urls import path

from .views import embed, mine, permission, results, voting, words


app_name = "onward_polls"

urlpatterns = [
    path("<int:poll_id>/", voting.poll, name="poll"),
    path("<int:poll_id>/results.json", results.results, name="results"),
    path("<int:poll_id>/words/", words.words, name="words"),
    path("<int:poll_id>/words/stop/", words.stop_quoting, name="stop_quoting"),
    path("<int:poll_id>/withdraw/", voting.withdraw, name="withdraw"),
    path("<int:poll_id>/follow-up/", words.follow_up, name="follow_up"),
    path("<int:poll_id>/embed/", embed.embed, name="embed"),
    path("mine/", mine.answers, name="mine"),
    path("mine/forget/", mine.forget, name="forget_browser"),
    path("mine/<uuid:ballot>/<slug:name>/", mine.step, name="mine_step"),
    path("follow-up/<str:token>/", words.confirm, name="confirm_follow_up"),
    path("permission/<str:token>/", permission.permission, name="permission"),
]
