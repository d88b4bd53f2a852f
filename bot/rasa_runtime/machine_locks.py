"""Locks of several Rasa processes on one machine, without a server: ranges of a file, which the kernel gives back when
a process dies.

Within a process conversations queue by Rasa's own tickets; whoever is first there takes the conversation's byte of the
file. The bytes do not exist: a lock may lie behind the end, and the file stays empty, on a full disk too.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import os
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LockError

from bot.rasa_runtime.lock_store import LOCK_SECONDS, POLL_SECONDS, QuickInMemoryLockStore

FILE = "rasa.locks"
PLACES = 1 << 48
"""Two conversations at the same place would only wait for each other."""
READY = PLACES + 1
LOOK_SECONDS = 0.005


class MachineLockStore(QuickInMemoryLockStore):
    """Locks for all processes that have opened the same file.

    Such a lock is the process's, whatever it was opened by, and gone as soon as the process closes the file once: it is
    opened here, and never closed.
    """

    def __init__(self, file: Path) -> None:
        """Raise OSError where the file cannot be made."""
        super().__init__()
        file.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = LOCK_SECONDS,
        wait_time_in_seconds: float = POLL_SECONDS,
    ) -> AsyncGenerator[TicketLock, None]:
        """Hold the conversation; raise LockError where another process has had it for `lock_lifetime` seconds."""
        async with super().lock(conversation_id, lock_lifetime, wait_time_in_seconds) as ticket:
            place = place_of(conversation_id)
            end = time.monotonic() + lock_lifetime
            while not self._take(place):
                if time.monotonic() > end:
                    raise LockError("another process has held the conversation for too long")
                await asyncio.sleep(LOOK_SECONDS)
            try:
                yield ticket
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, place)

    def check(self) -> None:
        """Raise OSError where no lock can be taken."""
        if self._take(READY):
            fcntl.lockf(self._file, fcntl.LOCK_UN, 1, READY)

    def _take(self, place: int) -> bool:
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
        except (BlockingIOError, PermissionError):  # what POSIX says of a lock that another has
            return False
        return True


def place_of(conversation_id: str) -> int:
    """Where in the file a conversation's lock is, alike in every process."""
    digest = hashlib.blake2b(conversation_id.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big") % PLACES
