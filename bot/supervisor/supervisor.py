"""Keeps a set of processes alive until it is told to stop."""

from __future__ import annotations

import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.supervisor.backoff import Backoff
from bot.supervisor.child import Child, ChildSpec, tail
from bot.supervisor.progress import Progress

POLL_SECONDS = 0.1
PROBE_SECONDS = 1.0
SECONDS_TO_START = 180.0
SECONDS_TO_STOP = 5.0


class Watched:
    """A child with what the supervisor remembers of it."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.backoff = Backoff()
        self.ready = False
        self.started_at = 0.0
        self.restart_at: float | None = None

    def start(self) -> None:
        """Start it and wait for it to become ready again."""
        self.child.start()
        self.ready, self.started_at, self.restart_at = False, time.monotonic(), None

    def becomes_ready(self) -> bool:
        """Probe it once; True the first time it answers."""
        if self.ready or not self.child.is_running() or not answers(self.child.spec.ready_url):
            return False
        self.ready = True
        return True

    def plan_restart(self) -> float:
        """It died: clear away what it left and say in how many seconds it is to start again."""
        self.child.end()
        now = time.monotonic()
        delay = self.backoff.next_delay(lived=now - self.started_at)
        self.ready, self.restart_at = False, now + delay
        return delay


class Supervisor:
    """Starts all at once, waits for all, restarts what dies, stops all.

    `stopping` says that the person wants to end; `hurry` that they have asked twice.
    """

    def __init__(
        self,
        specs: Sequence[ChildSpec],
        folder: Path,
        progress: Progress,
        stopping: Callable[[], bool],
        hurry: Callable[[], bool] = lambda: False,
    ) -> None:
        self._all = [Watched(Child(spec, folder)) for spec in specs]
        self._progress = progress
        self._stopping = stopping
        self._hurry = hurry

    def run(self, on_ready: Callable[[], None]) -> bool:
        """Returns when told to stop (True), or when a process does not come up at the start (False)."""
        try:
            for watched in self._all:
                watched.start()
            if not self._wait_for_all():
                return self._stopping()
            on_ready()
            while not self._stopping():
                self._tend()
                time.sleep(POLL_SECONDS)
            return True
        finally:
            self._stop_all()

    def _wait_for_all(self) -> bool:
        names = " and ".join(watched.child.spec.name for watched in self._all)
        self._progress.begin(f"Starting {names}")
        while not all(watched.ready for watched in self._all):
            dead = next((w for w in self._all if not w.child.is_running()), None)
            if self._stopping() or dead or self._progress.elapsed() > SECONDS_TO_START:
                self._explain_failure(dead)
                return False
            for watched in self._all:
                watched.becomes_ready()
            self._progress.tick("ready: " + (", ".join(w.child.spec.name for w in self._all if w.ready) or "none yet"))
            time.sleep(POLL_SECONDS)
        self._progress.done()
        return True

    def _explain_failure(self, dead: Watched | None) -> None:
        if self._stopping():
            self._progress.failed("stopped")
            return
        culprit = dead or next(w for w in self._all if not w.ready)
        spec = culprit.child.spec
        how = f"ended with code {culprit.child.exit_code()}" if dead else f"not ready after {SECONDS_TO_START:.0f} s"
        self._progress.failed(f"{spec.name} {how}")
        self._progress.say(tail(spec.log_file))
        self._progress.say(f"The whole log is {spec.log_file}.")

    def _tend(self) -> None:
        for watched in self._all:
            name = watched.child.spec.name
            if watched.restart_at is not None:
                if time.monotonic() >= watched.restart_at:
                    watched.start()
            elif not watched.child.is_running():
                code = watched.child.exit_code()
                delay = watched.plan_restart()
                self._progress.say(f"! {name} ended (code {code}); starting it again in {delay:.1f} s")
            elif watched.becomes_ready():
                self._progress.say(f"✓ {name} is back after {time.monotonic() - watched.started_at:.1f} s")

    def _stop_all(self) -> None:
        for watched in self._all:
            watched.child.signal_group(signal.SIGTERM)
        end = time.monotonic() + SECONDS_TO_STOP
        while any(w.child.is_running() for w in self._all) and time.monotonic() < end and not self._hurry():
            time.sleep(POLL_SECONDS / 2)
        for watched in self._all:
            watched.child.end()


def answers(url: str) -> bool:
    """Whether a GET of `url` is answered with success."""
    try:
        with urllib.request.urlopen(url, timeout=PROBE_SECONDS) as response:  # noqa: S310  (our own addresses)
            return bool(200 <= response.status < 300)
    except (OSError, urllib.error.URLError, ValueError):
        return False
