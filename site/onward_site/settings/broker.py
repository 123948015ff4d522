"""CELERY_BROKER_URL to the transport options that keep a lost broker from losing anything else."""

from typing import Any


#: Seconds until an unacknowledged message is given to another worker. Longer than any lease, so that
#: the database has let go of the rows by then.
VISIBILITY_SECONDS = 600


def transport_options(broker_url: str) -> dict[str, Any]:
    """Return kombu's options for redis:// and sqla+…:// brokers; others get none.

    The two ``unacked_restore`` options matter: by default kombu looks for lost messages only every 100 seconds.
    """
    if broker_url.startswith(("redis://", "rediss://")):
        return {
            "socket_timeout": 2,
            "socket_connect_timeout": 1,
            "visibility_timeout": VISIBILITY_SECONDS,
            "unacked_restore_interval": 10,
            "unacked_restore_throttle": 1,
        }
    if broker_url.startswith("sqla+sqlite:"):
        return {"connect_args": {"timeout": 2}}
    return {}
