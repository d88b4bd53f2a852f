"""Processes that serve, made by forking one that has loaded everything; it serves nothing itself, and watches.

A worker that dies is made anew from the loaded image within a fraction of a second, where a fresh start takes ten. Its
port never closes meanwhile: what arrives waits for whoever takes it. One that hangs is ended, and made anew, too.
"""

from __future__ import annotations

import mmap
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType

from bot.ops.logging import EventLog
from bot.supervisor.backoff import Backoff
from bot.supervisor.child import die_with_parent

log = EventLog("rasa")

STOPS = (signal.SIGTERM, signal.SIGINT)
HEARD = (*STOPS, signal.SIGCHLD)
SHORT_LIFE = 5.0
MOST_SHORT = 5
"""So many short lives in a row, and the image itself is given up: whoever started this process loads a fresh one."""

NICE = 5
"""Workers let others go first: the hub's steps are short and many to a turn, a worker's take a core for as long as they
last."""
LOOK_SECONDS = 2.0
SILENT_SECONDS = 15.0
"""A worker that has not said for so long that it lives is stuck: it says so every second."""


@dataclass
class _Place:
    """Where a worker is, was, or is about to be. due: when the next one is to be made; None while there is one."""

    number: int
    pid: int = 0
    began: float = 0.0
    due: float | None = 0.0
    short: int = 0
    backoff: Backoff = field(default_factory=Backoff)


class Workers:
    """Keeps `count` processes that do `work` until it is told to stop (SIGTERM, SIGINT)."""

    def __init__(
        self,
        count: int,
        work: Callable[[Callable[[], None]], None],
        door: socket.socket,
        seconds_to_stop: float,
        seconds_silent: float = SILENT_SECONDS,
    ) -> None:
        """work: is given what it is to call every second. door: the socket they listen on, closed here as soon as this
        process is told to stop.
        """
        self._places = [_Place(number) for number in range(1, count + 1)]
        self._work = work
        self._door = door
        self._seconds_to_stop = seconds_to_stop
        self._seconds_silent = seconds_silent
        self._look_seconds = min(LOOK_SECONDS, seconds_silent / 4)
        self._beats = memoryview(mmap.mmap(-1, 8 * count)).cast("d")  # shared with the workers; by place
        self._looked = 0.0
        self._stopping = False

    def watch(self) -> int:
        """Make them and make them anew; return 0 after a request to stop, 1 where they do not live."""
        heard, wake = socket.socketpair()
        for end in (heard, wake):
            end.setblocking(False)
        signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
        for number in HEARD:
            signal.signal(number, self._on_signal)
        while not self._stopping:
            self._bury()
            if any(place.short >= MOST_SHORT for place in self._places):
                log.error("workers_do_not_live", count=MOST_SHORT)
                break
            self._fill()
            self._end_who_hangs()
            self._wait(heard, self._look_seconds)
        asked, self._stopping = self._stopping, True
        self._stop(heard)
        return 0 if asked else 1

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stopping |= number in STOPS

    def _wait(self, heard: socket.socket, longest: float) -> None:
        """Sleep until a signal comes, or a worker is due, or for `longest` seconds."""
        now = time.monotonic()
        dues = [max(0.0, place.due - now) for place in self._places if place.due is not None and not self._stopping]
        select.select([heard], [], [], min([longest, *dues]))
        with suppress(BlockingIOError):
            heard.recv(4096)

    def _fill(self) -> None:
        for place in self._places:
            if place.due is not None and time.monotonic() >= place.due and not self._stopping:
                self._beats[place.number - 1] = time.monotonic()
                place.pid, place.began, place.due = self._fork(place), time.monotonic(), None
                log.info("worker_started", worker=place.number, pid=place.pid)

    def _end_who_hangs(self) -> None:
        now = time.monotonic()
        slept, self._looked = now - self._looked, now
        for place in self._places:
            silent = now - self._beats[place.number - 1]
            if slept > self._seconds_silent / 2:  # the whole machine, or all of us, stood still
                self._beats[place.number - 1] = now
            elif place.pid and silent > self._seconds_silent:
                log.error("worker_hangs", worker=place.number, pid=place.pid, silent=round(silent, 1))
                os.kill(place.pid, signal.SIGKILL)

    def _bury(self) -> None:
        """Take note of who has died. What a worker has left behind itself may come to this process, too."""
        for pid, code in _dead():
            place = next((one for one in self._places if one.pid == pid), None)
            if place is None:
                continue
            now = time.monotonic()
            lived = now - place.began
            place.short = place.short + 1 if lived < SHORT_LIFE else 0
            place.pid, place.due = 0, now + place.backoff.next_delay(lived)
            if not self._stopping:
                log.error("worker_ended", worker=place.number, pid=pid, code=code, lived=round(lived, 1))

    def _stop(self, heard: socket.socket) -> None:
        """Close the door, let the workers finish what they do, and end who does not."""
        self._door.close()
        self._send(signal.SIGTERM)
        end = time.monotonic() + self._seconds_to_stop
        while any(place.pid for place in self._places) and time.monotonic() < end:
            self._wait(heard, max(0.0, end - time.monotonic()))
            self._bury()
        self._send(signal.SIGKILL)
        for place in self._places:
            if place.pid:
                os.waitpid(place.pid, 0)

    def _send(self, number: int) -> None:
        for place in self._places:
            if place.pid:
                os.kill(place.pid, number)

    def _fork(self, place: _Place) -> int:
        """Return the new worker's process id; in the worker, never return.

        Signals wait meanwhile: taken by this process's handlers in the worker, one would be lost.
        """
        end_with_us = die_with_parent()
        signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)
        try:
            pid = os.fork()
            if pid == 0:
                self._be_worker(place, end_with_us)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)
        return pid

    def _be_worker(self, place: _Place, end_with_us: Callable[[], None] | None) -> None:
        def beat() -> None:
            self._beats[place.number - 1] = time.monotonic()

        code = 1
        try:
            signal.set_wakeup_fd(-1)
            for number in HEARD:
                signal.signal(number, signal.SIG_DFL)
            if end_with_us is not None:
                end_with_us()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)
            os.nice(NICE)
            self._work(beat)
            code = 0
        except BaseException as error:  # the worker's last-resort handler: nothing of the parent's may run in it
            log.fault("worker_failed", error)
        finally:
            for stream in (sys.stdout, sys.stderr):
                with suppress(OSError, ValueError):
                    stream.flush()
            os._exit(code)


def _dead() -> list[tuple[int, int]]:
    """Return process ids and exit codes (a signal's below zero) of children that have ended."""
    found = []
    with suppress(ChildProcessError):  # there are none
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            found.append((pid, os.waitstatus_to_exitcode(status)))
    return found
