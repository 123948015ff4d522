"""Whether the process answers (/healthz), and whether it may get readers and what is degraded (/readyz)."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils import timezone
from redis import Redis

from onward_newsletter.models import Outbox


CHECK_SECONDS = 1.0
#: A confirmation that waits longer than this means that no worker is pumping.
OUTBOX_SECONDS = 600


class Unhealthy(Exception):
    """Carries a sentence for the answer; it must not contain an address, a host or a secret."""


@dataclass
class Probe:
    """One check in a thread of its own, so that a server that hangs costs one second and one thread."""

    check: Callable[[], None]
    #: Without this the site cannot serve; without the others it serves less.
    is_vital: bool = False
    _thread: threading.Thread | None = field(default=None, init=False)
    _outcome: str | None = field(default=None, init=False)

    def run(self, seconds: float) -> dict[str, Any]:
        """Return {"ok": bool, "ms": int} and, when not ok, {"why": sentence}."""
        began = time.monotonic()
        if self._thread is None or not self._thread.is_alive():
            self._outcome = "It gave no answer within a second."
            self._thread = threading.Thread(target=self._work, daemon=True)
            self._thread.start()
        self._thread.join(seconds)
        milliseconds = round((time.monotonic() - began) * 1000)
        outcome = self._outcome
        return {"ok": outcome is None, "ms": milliseconds} | ({"why": outcome} if outcome else {})

    def _work(self) -> None:
        try:
            self.check()
            self._outcome = None
        except Unhealthy as problem:
            self._outcome = str(problem)
        except Exception as problem:  # noqa: BLE001 (whatever it is, it is the answer; its text may hold a password)
            self._outcome = f"It failed with {type(problem).__name__}."
        finally:
            connections.close_all()


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


class _Migrations:
    """Once applied, migrations stay applied for as long as this code runs."""

    applied = False

    def __call__(self) -> None:
        if self.applied:
            return
        executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if waiting:
            raise Unhealthy(f"{len(waiting)} migrations are not applied. Run manage.py migrate.")
        self.applied = True


def _cache() -> None:
    stamp = str(time.monotonic_ns())
    cache.set("onward_site:readyz", stamp, 10)
    if cache.get("onward_site:readyz") is None:
        raise Unhealthy("It did not keep what it was given.")


def _broker() -> None:
    url = settings.CELERY_BROKER_URL
    if url.startswith(("redis://", "rediss://")):
        with Redis.from_url(url, socket_timeout=CHECK_SECONDS, socket_connect_timeout=CHECK_SECONDS) as redis:
            redis.ping()
        return
    with current_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, timeout=CHECK_SECONDS)


def _outbox() -> None:
    now = timezone.now()
    oldest = Outbox.objects.due(now).order_by("next_at").values_list("next_at", flat=True).first()
    if oldest and (now - oldest).total_seconds() > OUTBOX_SECONDS:
        raise Unhealthy(
            f"Mail has waited for {int((now - oldest).total_seconds())} seconds. Is a worker running?"
        )


PROBES = {
    "database": Probe(_database, is_vital=True),
    "migrations": Probe(_Migrations(), is_vital=True),
    "cache": Probe(_cache),
    "broker": Probe(_broker),
    "outbox": Probe(_outbox),
}


def readiness() -> dict[str, Any]:
    """Return {"status": "ready" | "not ready", "degraded": [name], "checks": {name: see Probe.run}}."""
    checks = {name: probe.run(CHECK_SECONDS) for name, probe in PROBES.items()}
    failing = [name for name, outcome in checks.items() if not outcome["ok"]]
    is_ready = not any(PROBES[name].is_vital for name in failing)
    return {"status": "ready" if is_ready else "not ready", "degraded": failing, "checks": checks}


class HealthMiddleware:
    """Answer both addresses before anything else, so that a probe needs no host name, no TLS and no cookie."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path == "/healthz":
            return _unstored(HttpResponse("ok\n", content_type="text/plain"))
        if request.path == "/readyz":
            answer = readiness()
            return _unstored(JsonResponse(answer, status=200 if answer["status"] == "ready" else 503))
        return self.get_response(request)


def _unstored(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
