"""Ring for a worker. The work stands in the database, so a ring that nobody hears costs seconds, never mail."""

import atexit
import logging
import os
import threading

from celery import current_app
from django.db import transaction


logger = logging.getLogger(__name__)

PUMP_TASK = "onward_newsletter.pump"

#: A ring older than this is pointless: the periodic task has come round meanwhile.
RING_LASTS_SECONDS = 30

#: How long a process that ends waits for a ring that is under way.
FAREWELL_SECONDS = 2.0


def ring() -> None:
    """Ask for ``pump()`` after the present transaction, without waiting for the broker and without ever raising.

    A thread of its own talks to the broker, because a broker that accepts and never answers blocks whoever asks it
    (measured: more than 60 s). Rings during one that is under way become a single further one.
    """
    transaction.on_commit(_ring_now, robust=True)


def _ring_now() -> None:
    # Where tasks are eager there is no worker to ring for, and a request must not send mail itself.
    if not current_app.conf.task_always_eager:
        _Bell.of_this_process().want()


class _Bell:
    """The thread that rings, one for each process."""

    _current: "_Bell | None" = None
    _making = threading.Lock()

    def __init__(self) -> None:
        self.pid = os.getpid()
        self._change = threading.Condition()
        self._is_wanted = self._is_ringing = False
        threading.Thread(target=self._run, name="onward-doorbell", daemon=True).start()

    @classmethod
    def of_this_process(cls) -> "_Bell":
        """Return the bell, a new one in a forked child: threads do not survive a fork."""
        with cls._making:
            if cls._current is None or cls._current.pid != os.getpid():
                cls._current = cls()
                atexit.register(cls._current.farewell)
            return cls._current

    def want(self) -> None:
        """Have the thread ring, or ring once more if it is ringing."""
        with self._change:
            self._is_wanted = True
            self._change.notify_all()

    def _run(self) -> None:
        while True:
            with self._change:
                self._is_ringing = False
                self._change.notify_all()
                self._change.wait_for(lambda: self._is_wanted)
                self._is_wanted, self._is_ringing = False, True
            _publish()

    def farewell(self) -> None:
        """Let a short command's ring reach the broker before the process ends."""
        with self._change:
            self._change.wait_for(lambda: not (self._is_wanted or self._is_ringing), FAREWELL_SECONDS)


def _publish() -> None:
    try:
        current_app.send_task(PUMP_TASK, ignore_result=True, retry=False, expires=RING_LASTS_SECONDS)
    except Exception as error:  # noqa: BLE001 (whatever the broker's library raises, the row is safe)
        logger.warning("onward_newsletter.doorbell_failed", extra={"error": type(error).__name__})
