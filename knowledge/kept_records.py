"""Records that were read lately, kept for as long as the catalogue shows that nothing was written.

Opening the file, reading and unpacking take two thirds of a millisecond; looking at the file takes microseconds. It is
not held open instead: who puts back a whole file in the place of one that is open has a broken one. A server is asked
for the catalogue's revision, once a second at most: so much later it is known what another process has written.
"""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.engine import Engine

from knowledge.models import Procedure

_MOST = 256
_YOUNG_SECONDS = 2.0
"""A file that was written just now may be written again within the same tick of its clock: not relied on."""
_LOOK_SECONDS = 1.0

Stamp = tuple[tuple[int, ...] | None, ...] | str


class KeptRecords:
    """For a catalogue in an SQLite file, or on a server; keeps nothing of one in memory."""

    def __init__(self, engine: Engine, revision: Callable[[], str]) -> None:
        """revision: asks the server for the catalogue's; "" where none was ever written."""
        name = engine.url.database
        here = engine.dialect.name == "sqlite" and bool(name) and name != ":memory:"
        self._files = (Path(str(name)), Path(f"{name}-wal")) if here else ()
        self._revision = None if engine.dialect.name == "sqlite" else revision
        self._seen = (-_LOOK_SECONDS, "")
        self._kept: OrderedDict[str, tuple[Stamp, Procedure]] = OrderedDict()
        self._lock = threading.Lock()

    def stamp(self) -> Stamp | None:
        """Return what the catalogue looks like, to be taken before it is read; None where that says nothing."""
        if self._revision is None:
            return self._of_files()
        if self._at_hand() is None:
            began = time.monotonic()
            self._seen = (began, self._revision())
        return self._seen[1] or None

    def find(self, code: str) -> Procedure | None:
        """Return the record of `code` where it is kept and still what the catalogue holds. Never waits."""
        kept = self._kept.get(code)
        return kept[1] if kept is not None and kept[0] == self._at_hand() else None

    def forget(self) -> None:
        """Keep nothing: this process has written."""
        with self._lock:
            self._kept.clear()
            self._seen = (-_LOOK_SECONDS, "")

    def keep(self, code: str, stamp: Stamp | None, record: Procedure) -> None:
        """Keep a record that was read after `stamp` was taken; the one kept longest goes."""
        if stamp is None:
            return
        with self._lock:
            self._kept[code] = stamp, record
            self._kept.move_to_end(code)
            if len(self._kept) > _MOST:
                self._kept.popitem(last=False)

    def _at_hand(self) -> Stamp | None:
        """Return the stamp where it need not be asked for."""
        if self._revision is None:
            return self._of_files()
        looked, seen = self._seen
        return seen if seen and time.monotonic() - looked < _LOOK_SECONDS else None

    def _of_files(self) -> Stamp | None:
        if not self._files:
            return None
        seen = tuple(map(_look, self._files))
        newest = max((look[-1] for look in seen if look is not None), default=0)
        return seen if seen[0] is not None and time.time() - newest / 1e9 > _YOUNG_SECONDS else None


def _look(file: Path) -> tuple[int, ...] | None:
    """An empty log is as good as none: a reader makes one and takes it away again."""
    try:
        found = os.stat(file)
    except OSError:
        return None
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns) if found.st_size else None
