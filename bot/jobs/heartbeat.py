"""A sign of life of the process that runs jobs and listens nowhere: a file whose time a probe looks at."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from bot.ops.logging import EventLog

log = EventLog("jobs")

FILE = "jobs.alive"
"""In the data folder. deploy/ asks that it is younger than two minutes."""
BEAT_SECONDS = 10.0


async def beat(file: Path, works: Callable[[], bool], seconds: float = BEAT_SECONDS) -> None:
    """Touch `file` for as long as `works` says so, until cancelled. A process that is stuck touches nothing."""
    worked = True
    while True:
        if works():
            worked = True
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.touch()
            except OSError as error:  # a full disk; an old file is touched nevertheless
                log.fault("heartbeat_failed", error)
        elif worked:
            worked = False
            log.error("jobs_stuck", at=round(time.time()))
        await asyncio.sleep(seconds)
