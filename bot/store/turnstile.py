"""Who writes to a SQLite file next, among several processes.

SQLite keeps no queue: who finds it locked sleeps up to 100 ms and tries again, and one that writes all the time, as a
hub does under a crowd, is nearly never found between two transactions. Rasa's look-ups of dossiers waited two seconds.
So whoever begins a transaction that writes goes through this first, and waits in it for SQLite's own lock: the one who
has just written stands behind it. SQLite's lock is what protects the data, so this may give up, or be missing.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: writers try again and again, as SQLite has it
    fcntl = None  # type: ignore[assignment]

LOOK_SECONDS = 0.001
PATIENCE_SECONDS = 2.0
"""Who writes all the time lets others through within 81 ms (docs/adr/0011)."""
DELETED_SECONDS = 1.0
"""So often one looks whether somebody has deleted the lock file: 4 µs, where all the rest takes 10."""

_GIVEN_UP: set[Path] = set()
"""Where this process was not let in the last time; several databases of a process may be one file."""


class Turnstile:
    """One for each database of a process, used by one thread at a time. path: of the lock file, made when needed.

    patience: seconds after which somebody goes through who has not been let in; SQLite then decides. Whoever is first
    may be stopped there, so the next times one only looks whether it is free, until it was.
    """

    def __init__(self, path: Path | None, patience: float = PATIENCE_SECONDS) -> None:
        self._path = path if fcntl is not None else None
        self._patience = patience
        self._look_at = 0.0
        self._file: int | None = None

    @contextmanager
    def first(self) -> Iterator[bool]:
        """Be the next one, while this lasts; False for who goes through without having been let in."""
        held = self._path is not None and self._take(self._path)
        try:
            yield held
        finally:
            if held and self._file is not None:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Give the file back."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _take(self, path: Path) -> bool:
        now = time.monotonic()
        end = now + (0.0 if path in _GIVEN_UP else self._patience)
        with suppress(OSError):  # no such folder, no room: then SQLite says so itself
            if now >= self._look_at:
                self._look_at = now + DELETED_SECONDS
                self._let_go_of_deleted()
            if self._file is None:
                self._file = _opened(path)
            while True:
                with suppress(BlockingIOError):
                    fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    _GIVEN_UP.discard(path)
                    return True
                if time.monotonic() >= end:
                    _GIVEN_UP.add(path)
                    return False
                time.sleep(LOOK_SECONDS)
        return False

    def _let_go_of_deleted(self) -> None:
        """Others would stand in a queue of their own, at a new file."""
        if self._file is not None and not os.fstat(self._file).st_nlink:
            self.close()


def _opened(path: Path) -> int:
    """The open lock file. What root makes belongs to whose folder it is: the service could not open it otherwise."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    if os.geteuid() == 0:
        folder = path.parent.stat()
        os.fchown(file, folder.st_uid, folder.st_gid)
    return file
