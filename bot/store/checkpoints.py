"""Moves what was written from SQLite's log into the database file, beside those who write.

SQLite writes to a log first and moves it every thousand pages, in the midst of whoever happens to commit then: under
a crowd four times a second, each time several hundred pages all over the file and twice a wait for the disk. Done
every few seconds by another thread, a page that was written a hundred times is moved once, and nobody waits.
"""

from __future__ import annotations

import sqlite3
import time

EVERY_SECONDS = 4.0
EMPTY_SECONDS = 1800.0
"""So often the log is emptied, or at the next time when nobody uses it at that moment: until then it may hold what was
erased. A log that grows anew costs each commit more than one that is written over."""
MOST_PAGES = 16_000
"""With so many pages in the log (64 MB) a writer moves them after all; next to all of them are moved by then."""
_PASSES = 3


class Checkpoints:
    """When it is time, for one database and process."""

    def __init__(self) -> None:
        now = time.monotonic()
        self._next = now + EVERY_SECONDS
        self._next_empty = now + EMPTY_SECONDS

    def due(self) -> bool:
        """Say whether to call `move` now; asked after each write."""
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + EVERY_SECONDS
        return True

    def move(self, connection: sqlite3.Connection) -> None:
        """Move what is in the log; from any thread, on a connection that is in no transaction.

        Waits for nobody. Raises sqlite3.Error: it is left to the next time, on another connection, and to writers.
        """
        for _ in range(_PASSES):  # meanwhile others write
            busy, in_log, moved = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            if busy or in_log == moved:
                break
        if time.monotonic() >= self._next_empty and _empty(connection):
            self._next_empty = time.monotonic() + EMPTY_SECONDS


def _empty(connection: sqlite3.Connection) -> bool:
    """Empty the log; False where somebody uses it."""
    (patience,) = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.execute(f"PRAGMA busy_timeout = {patience}")
    return not busy
