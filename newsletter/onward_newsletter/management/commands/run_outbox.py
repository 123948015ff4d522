"""Send what is due without a broker: the outbox, and issues under way."""

import os
import signal
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from multiprocessing import get_context
from multiprocessing.context import ForkProcess
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, connections

from onward_newsletter.progress import describe_progress
from onward_newsletter.pump import pump


#: A worker looks for new work this often while there is none.
IDLE_SECONDS = 1.0

#: A worker that was told to stop has finished its message after the mail timeout at the latest.
STOP_SECONDS = 35


class Command(BaseCommand):
    """Run workers until SIGTERM or Ctrl-C; with --once, until nothing is due."""

    help = "Send what is due without a broker: confirmations and notices first, then issues under way."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare --once and --concurrency."""
        parser.add_argument("--once", action="store_true", help="Stop when nothing is due any more.")
        parser.add_argument(
            "--concurrency", type=int, default=1, help="Number of worker processes (default: 1)."
        )

    def handle(self, *, once: bool, concurrency: int, **options: Any) -> None:
        """Work in this process, or start and watch several."""
        self._stopping = False
        self._parent = os.getppid()
        previous = {number: signal.signal(number, self._stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            if concurrency > 1:
                self._watch(once=once, concurrency=concurrency)
            else:
                self._work(once=once, is_quiet=False)
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True

    def _should_stop(self) -> bool:
        """Stop when told to, and when the process that watches over this one is gone."""
        return self._stopping or os.getppid() != self._parent

    def _work(self, *, once: bool, is_quiet: bool) -> None:
        progress = _Progress(self, is_quiet=is_quiet)
        while not self._should_stop():
            try:
                report = pump(limit_seconds=2, should_stop=self._should_stop)
            except DatabaseError as error:
                self.stderr.write(f"The database did not answer ({type(error).__name__}); trying again.")
                connections.close_all()
                self._nap()
                continue
            progress.show()
            if report.left:
                continue
            if once:
                break
            self._nap()
        progress.end()

    def _nap(self) -> None:
        until = time.monotonic() + IDLE_SECONDS
        while time.monotonic() < until and not self._should_stop():
            time.sleep(0.1)

    def _watch(self, *, once: bool, concurrency: int) -> None:
        """Fork workers, show their progress, replace the ones that die, and pass the signal on."""
        # A connection must not be shared with a child; each opens its own.
        connections.close_all()
        workers = [self._fork(once=once) for _number in range(concurrency)]
        progress = _Progress(self, is_quiet=False)
        while workers and not self._should_stop():
            progress.show()
            self._nap()
            workers = [self._replaced(worker, once=once) for worker in workers if worker.exitcode != 0]
        self._end(workers)
        progress.end()

    def _fork(self, *, once: bool) -> ForkProcess:
        connections.close_all()
        worker = get_context("fork").Process(target=self._work_quietly, kwargs={"once": once})
        worker.start()
        return worker

    def _replaced(self, worker: ForkProcess, *, once: bool) -> ForkProcess:
        """Return the worker, or a new one for one that was killed; its rows are found again when its lease is over."""
        return worker if worker.exitcode is None else self._fork(once=once)

    def _work_quietly(self, *, once: bool) -> None:
        self._parent = os.getppid()
        self._work(once=once, is_quiet=True)

    def _end(self, workers: Sequence[ForkProcess]) -> None:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.join(STOP_SECONDS)


class _Progress:
    """One line that is written over on a terminal, and a line now and then elsewhere."""

    def __init__(self, command: BaseCommand, *, is_quiet: bool) -> None:
        self._command, self._is_quiet = command, is_quiet
        self._shown, self._shown_at = "", float("-inf")
        self._is_terminal = command.stdout.isatty()

    def show(self) -> None:
        pause = 0.5 if self._is_terminal else 10.0
        if not self._is_quiet and time.monotonic() - self._shown_at >= pause:
            self._write()

    def end(self) -> None:
        if not self._is_quiet:
            self._write()
            if self._is_terminal and self._shown:
                self._command.stdout.write("")

    def _write(self) -> None:
        try:
            line = describe_progress()
        except DatabaseError:
            return
        self._shown_at = time.monotonic()
        if line == self._shown:
            return
        self._command.stdout.write(
            f"\r\x1b[K{line}" if self._is_terminal else line, ending="" if self._is_terminal else "\n"
        )
        self._command.stdout.flush()
        self._shown = line
