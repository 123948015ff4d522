"""Addresses of answers from a mail; mount them under /v/, short because every mail carries several."""

from django.urls import path

from .views import mail


app_name = "onward_polls_mail"

urlpatterns = [path("<str:token>/<uuid:option_uuid>", mail.vote, name="vote_from_mail")]
