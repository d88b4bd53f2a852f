"""A file that somebody sent is examined in a process of its own; the caller's event loop only waits."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import suppress

from bot.attachments.models import MOST_BYTES, PhotoRefusal, Prepared
from bot.errors import PhotoRefusedError
from bot.ops.logging import EventLog
from knowledge.settings import ROOT

log = EventLog("attachments.intake")

AT_ONCE = 2
"""Photos that are examined at the same time: one needs a processor and up to some 300 MB."""
MOST_WAITING = 24
"""Photos in memory that wait for it; one more is asked to come back later."""
SECONDS = 40.0
"""For one photo, once its turn has come; it takes one to three."""
_COMMAND = (sys.executable, "-m", "bot.attachments.examiner")
FOR_FILES = (*_COMMAND, "file")
"""For officers' files, which may also be PDFs."""


def refuse(reason: PhotoRefusal, said: str = "") -> PhotoRefusedError:
    """The error that says why a photo is not taken. said: in these words, where they are not those of wording.yml."""
    return PhotoRefusedError(reason.value, reason=reason, said=said)


class PhotoIntake:
    """Makes photos of what is sent, two at a time."""

    def __init__(self, command: tuple[str, ...] = _COMMAND, seconds: float = SECONDS) -> None:
        self._command = command
        self._seconds = seconds
        self._places = asyncio.Semaphore(AT_ONCE)
        self._present = 0

    async def prepare(self, data: bytes) -> Prepared:
        """Return the photo as it may be kept. Raises `PhotoRefusedError`; nothing is written anywhere."""
        if len(data) > MOST_BYTES:
            raise refuse(PhotoRefusal.TOO_BIG)
        if self._present >= MOST_WAITING + AT_ONCE:
            raise refuse(PhotoRefusal.BUSY)
        self._present += 1
        try:
            async with self._places:
                return await self._examine(data)
        finally:
            self._present -= 1

    async def _examine(self, data: bytes) -> Prepared:
        examiner = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # a decoder's complaints may quote the file
            cwd=ROOT,
            env={"LC_ALL": "C.UTF-8", "OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1"},
        )
        try:
            answer, _ = await asyncio.wait_for(examiner.communicate(data), self._seconds)
        except asyncio.TimeoutError as error:
            log.warning("examiner_slow", seconds=self._seconds, size=len(data))
            raise refuse(PhotoRefusal.UNREADABLE) from error
        finally:
            with suppress(ProcessLookupError):
                examiner.kill()
            await asyncio.shield(examiner.wait())
        status = examiner.returncode or 0
        if status < 0:  # its time ran out, or a decoder broke: the file's doing
            log.warning("examiner_killed", status=status, size=len(data))
            raise refuse(PhotoRefusal.UNREADABLE)
        if status > 0:  # ours: something is not installed, or a fault in the code
            log.error("examiner_failed", status=status, size=len(data))
            raise refuse(PhotoRefusal.BUSY)
        return _read(answer)


def _read(answer: bytes) -> Prepared:
    line, _, picture = answer.partition(b"\n")
    verdict = json.loads(line)
    if "refusal" in verdict:
        raise refuse(PhotoRefusal(verdict["refusal"]))
    return Prepared(picture, verdict["width"], verdict["height"], verdict["content_type"])
