"""The anchor of a vote: a Django view that stores one row in one statement and answers; settings and address in one.

With BENCH_MIDDLEWARE=default it stands behind the middleware ``startproject`` gives, without the variable behind none.
"""

import os
import random
from typing import Any

import dj_database_url
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt


SECRET_KEY = "only-for-the-bench"
ALLOWED_HOSTS = ["127.0.0.1"]
USE_TZ = True
ROOT_URLCONF = __name__
DATABASES: dict[str, Any] = {"default": dj_database_url.parse(os.environ["DATABASE_URL"], conn_max_age=600)}
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"]
INSTALLED_APPS += ["django.contrib.messages"]
MIDDLEWARE = (
    [
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ]
    if os.environ.get("BENCH_MIDDLEWARE") == "default"
    else []
)

TABLE = """CREATE TABLE one_insert (id bigserial PRIMARY KEY, poll_id int NOT NULL, option_id int NOT NULL,
    voter bigint NOT NULL, cast_at timestamptz NOT NULL, UNIQUE (poll_id, voter))"""
INSERT = "INSERT INTO one_insert (poll_id, option_id, voter, cast_at) VALUES (1, %s, %s, now()) ON CONFLICT DO NOTHING"
_chance = random.SystemRandom()


@csrf_exempt
def vote(request: HttpRequest) -> HttpResponse:
    """Store a vote by somebody new."""
    option = int(request.POST["option"])
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [option, _chance.getrandbits(60)])
    return _answer()


@csrf_exempt
def vote_by_orm(request: HttpRequest) -> HttpResponse:
    """Store the same row by ``create``."""
    from .one_insert_model import OneInsert  # this module is read as settings, before any model may be

    option = int(request.POST["option"])
    OneInsert.objects.create(
        poll_id=1, option_id=option, voter=_chance.getrandbits(60), cast_at=timezone.now()
    )
    return _answer()


def _answer() -> HttpResponse:
    response = HttpResponseRedirect("/", status=303)
    response["Content-Length"] = "0"
    return response


def healthz(request: HttpRequest) -> HttpResponse:
    """Answer without doing anything."""
    return HttpResponse("ok\n", headers={"Content-Length": "3"})


urlpatterns = [path("vote/", vote), path("vote/orm/", vote_by_orm), path("healthz", healthz)]
