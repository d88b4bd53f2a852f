"""The default that is broken: what `make run` starts (SQLite, one hub, one Rasa with two workers), watched by it."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import psutil

from bot.store.turnstile import Turnstile
from tools.faults_list import CASES, Broken, Fault, disk_full, kill, kill_workers
from tools.faults_stand import AnyStand, Unusable
from tools.load_processes import HUB, RASA, processes_of
from tools.topology import PYTHON, ROOT, SECONDS_TO_START, answers, free_port

ABOUT_DATA = ("MOTCUA_RASA_URL", "MOTCUA_TRACKER_URL", "MOTCUA_DATABASE_URL", "MOTCUA_REDIS_URL", "MOTCUA_ACTIONS")
SECONDS_TO_PREPARE = 400.0
"""Its search index is made first: 40 s on a busy machine."""
QUEUED = 2.0
"""Seconds for which SQLite is locked, so that whoever writes next stands in the queue for it."""


class DefaultStand(AnyStand):
    """`python -m bot.run`."""

    def __init__(self, folder: Path, city: str) -> None:
        """city: address of the one-stop system."""
        super().__init__(folder, city)
        self._ports = {HUB: free_port(), RASA: free_port()}
        self._ready = {name: f"http://127.0.0.1:{port}/readyz" for name, port in self._ports.items()}
        self.url = f"http://127.0.0.1:{self._ports[HUB]}"
        self.database = folder / "data" / "operations.db"
        self._run: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """Start everything; all is ready when it returns."""
        env = {name: value for name, value in os.environ.items() if name not in ABOUT_DATA}
        env |= {
            "MOTCUA_DATA_DIR": str(self.folder / "data"),
            "MOTCUA_WEB_PORT": str(self._ports[HUB]),
            "MOTCUA_RASA_PORT": str(self._ports[RASA]),
            "MOTCUA_RASA_WORKERS": "2",
            "MOTCUA_VECTORS": "off",
            **self.changes,
        }
        with (self.folder / "run.log").open("ab") as log:
            self._run = subprocess.Popen(
                (*PYTHON, "bot.run"), cwd=ROOT, env=env, stdout=log, stderr=log, start_new_session=True
            )
        self.ready(SECONDS_TO_PREPARE)

    def process(self, name: str) -> psutil.Process | None:
        """Return the first process of that name, None where there is none."""
        pid = processes_of(self._run.pid).get(name) if self._run is not None else None
        return psutil.Process(pid) if pid is not None else None

    def hub_logs(self) -> list[Path]:
        """Return where the hub logs."""
        return [self.folder / "data" / "log" / "hub.log"]

    def start(self, name: str) -> None:
        """Wait until what was killed is ready again: it is watched, and started anew."""
        self.wait(name)

    def wait(self, name: str) -> None:
        """Wait until a process is ready."""
        self._wait(name, SECONDS_TO_START)

    def _wait(self, name: str, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not answers(self._ready[name]):
            if self._run is None or self._run.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{name} did not become ready")
            time.sleep(0.1)

    def ready(self, seconds: float = SECONDS_TO_START) -> None:
        """Wait until every process is well."""
        for name in self._ready:
            self._wait(name, seconds)

    def log_bytes(self) -> int:
        """Return how large SQLite's log of the hub's database is."""
        log = Path(f"{self.database}-wal")
        return log.stat().st_size if log.exists() else 0

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold SQLite's write lock of the hub's database meanwhile."""
        connection = sqlite3.connect(self.database, timeout=10, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield
        finally:
            connection.close()

    def first_in_queue(self, patience: float) -> Turnstile:
        """Return a place in the queue of those who write to the hub's database."""
        return Turnstile(Path(f"{self.database}-turn"), patience)

    def _end(self) -> None:
        if self._run is not None:
            self._run.send_signal(signal.SIGTERM)
            try:
                self._run.wait(30)
            except subprocess.TimeoutExpired:
                self._run.kill()  # what it has started ends with it
                self._run.wait()


def default_of(broken: Broken) -> DefaultStand:
    """Return what the faults below break."""
    if not isinstance(broken.on, DefaultStand):
        raise Unusable("a fault of the default")
    return broken.on


def kill_one_worker(broken: Broken) -> None:
    """Kill -9 one of those that serve of Rasa, four times, each time the one that has lived longest."""
    stand = default_of(broken)
    broken.now()
    for _ in range(4):
        os.kill(min(stand.workers(RASA), key=lambda pid: psutil.Process(pid).create_time()), signal.SIGKILL)
        time.sleep(1.5)
    _wait_for_workers(stand, 2)
    broken.done()


def hang_worker(broken: Broken) -> None:
    """One of those that serve of Rasa hangs (SIGSTOP) for twenty seconds, unless its parent ends it before."""
    stand = default_of(broken)
    worker = psutil.Process(stand.workers(RASA)[0])
    broken.now()
    worker.suspend()
    end = broken.at + 20
    while worker.is_running() and time.monotonic() < end:
        time.sleep(0.1)
    if not worker.is_running():
        broken.notes.append(f"ended by its parent after {time.monotonic() - broken.at:.1f} s")
    with suppress(psutil.NoSuchProcess):
        worker.resume()
    _wait_for_workers(stand, 2)
    broken.done()


def kill_in_queue(broken: Broken) -> None:
    """Kill -9 the hub while it is first in the queue, and waits for SQLite's lock; the kernel gives its place back."""
    stand = default_of(broken)
    broken.now()
    with stand.locked():
        time.sleep(QUEUED)
        place = stand.first_in_queue(0.0)
        with place.first() as let_in:
            broken.notes.append("nobody stood in the queue" if let_in else "the hub stood in the queue")
        stand.kill(HUB)
        with place.first() as let_in:
            broken.notes.append("its place was free at once" if let_in else "ITS PLACE WAS NOT GIVEN BACK")
        place.close()
    stand.wait(HUB)
    broken.done()


def stop_in_queue(broken: Broken) -> None:
    """Somebody who is first in the queue is stopped there for twenty seconds."""
    stand = default_of(broken)
    place = stand.first_in_queue(10.0)
    with place.first() as let_in:
        broken.notes += [] if let_in else ["was not let in"]
        broken.now()
        time.sleep(20)
    broken.done()
    place.close()


def stop_in_transaction(broken: Broken) -> None:
    """Somebody who writes to the hub's database is stopped in the midst of it for twenty seconds."""
    broken.now()
    with default_of(broken).locked():
        time.sleep(20)
    broken.done()


def lock_file_gone(broken: Broken) -> None:
    """The queue's lock file is deleted under those who run; one worker of Rasa is made anew, and makes it anew."""
    stand = default_of(broken)
    broken.now()
    Path(f"{stand.database}-turn").unlink()
    os.kill(stand.workers(RASA)[0], signal.SIGKILL)
    _wait_for_workers(stand, 2)
    time.sleep(5)
    broken.done()


def log_not_moved(broken: Broken) -> None:
    """Somebody reads one state of the hub's database for twenty seconds: SQLite's log cannot be written over."""
    stand = default_of(broken)
    before = stand.log_bytes()
    connection = sqlite3.connect(stand.database, isolation_level=None)
    connection.execute("BEGIN")
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    broken.now()
    time.sleep(20)
    grown = stand.log_bytes()
    connection.close()
    broken.done()
    time.sleep(10)
    sizes = " → ".join(f"{size / 1e6:.1f}" for size in (before, grown, stand.log_bytes()))
    broken.notes.append(f"log {sizes} MB")


def disk_full_and_log(broken: Broken) -> None:
    """As `disk_full`; and how large SQLite's log is after it."""
    disk_full(broken)
    broken.notes.append(f"log {default_of(broken).log_bytes() / 1e6:.1f} MB")


def _wait_for_workers(stand: DefaultStand, count: int) -> None:
    end = time.monotonic() + 60
    while len(stand.workers(RASA)) < count:
        if time.monotonic() > end:
            raise RuntimeError("Rasa has not made its workers anew")
        time.sleep(0.05)
    stand.wait(RASA)


DEFAULT_FAULTS = (
    Fault("default-hub", "default: kill -9 of the hub", partial(kill, (HUB,))),
    Fault("default-rasa", "default: kill -9 of the whole Rasa", partial(kill, (RASA,))),
    Fault("default-worker", "default: kill -9 of a worker of Rasa, four times in 6 s", kill_one_worker),
    Fault("default-workers", "default: kill -9 of all workers of Rasa", partial(kill_workers, RASA)),
    Fault("default-hang-worker", "default: a worker of Rasa hung (SIGSTOP), 20 s", hang_worker),
    Fault("default-disk", "default: disk of all data full, 20 s", disk_full_and_log),
    Fault("default-killed-in-queue", "default: kill -9 of the hub first in the queue for SQLite", kill_in_queue, CASES),
    Fault("default-stopped-in-queue", "default: first in the queue for SQLite and stopped, 20 s", stop_in_queue, CASES),
    Fault("default-stopped-writing", "default: stopped while it writes to SQLite, 20 s", stop_in_transaction, CASES),
    Fault("default-queue-file", "default: the queue's lock file deleted, a worker killed", lock_file_gone, CASES),
    Fault("default-log", "default: SQLite's log held by who reads, 20 s", log_not_moved),
)
