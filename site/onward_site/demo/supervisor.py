"""Keep a few processes running, restart those that die, and leave none behind."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


#: More deaths than this within a minute mean that restarting does not help.
DEATHS_A_MINUTE = 5
#: How long a process may take to finish what it is doing.
STOP_SECONDS = 15

_PR_SET_PDEATHSIG = 1


class ChildKeepsDying(Exception):
    """A process died again and again; its log says why."""


@dataclass
class Child:
    """One process to keep running. Its output goes to ``log``."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=DEATHS_A_MINUTE), init=False)

    def start(self) -> None:
        """Start the process in a session of its own, so that its own children can be found and ended."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603 (the commands are ours)
                self.command,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_stop_when_parent_dies,
            )

    def has_died(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def restart(self) -> None:
        """Clear away what the dead process left and start it again; ChildKeepsDying when that is no use."""
        self.kill_group()
        self.deaths.append(time.monotonic())
        if len(self.deaths) == DEATHS_A_MINUTE and self.deaths[-1] - self.deaths[0] < 60:
            raise ChildKeepsDying(f"The {self.name} keeps dying. Its log: {self.log}")
        self.start()

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def kill_group(self) -> None:
        """End the process and everything it started."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Supervisor:
    """Runs its children until told to stop by a signal."""

    def __init__(self, children: Sequence[Child], report: Callable[[str], None]) -> None:
        self.children = children
        self.report = report
        self.is_stopping = False

    def start(self) -> None:
        """Start every child; from now on Ctrl-C, SIGTERM and a closed terminal stop them all."""
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), self._on_signal)
        for child in self.children:
            child.start()

    def watch_until(self, is_done: Callable[[], bool], pause: float = 0.2) -> None:
        """Restart children that die, until the condition holds or a signal came."""
        while not self.is_stopping and not is_done():
            for child in self.children:
                if child.has_died() and not self.is_stopping:
                    self.report(f"The {child.name} died and is started again.")
                    child.restart()
            time.sleep(pause)

    def stop(self) -> None:
        """Let every child finish what it is doing, then end what is left."""
        self.is_stopping = True
        for child in self.children:
            child.ask_to_stop()
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.children:
            if child.process is not None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.process.wait(timeout=max(0.1, deadline - time.monotonic()))
            child.kill_group()

    def _on_signal(self, number: int, frame: object) -> None:
        self.is_stopping = True


def _stop_when_parent_dies() -> None:
    """On Linux, have this process stopped when the one that started it is killed; elsewhere do nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
