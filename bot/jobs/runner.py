"""Runs jobs when they are due, each in one process at a time, however many runners there are."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, insert, or_, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bot.jobs.tables import JOB
from bot.ops.clock import Clock
from bot.ops.logging import EventLog
from bot.store.engine import Database

log = EventLog("jobs")

Result = dict[str, Any]
LOOK_SECONDS = 5.0
LEASE = timedelta(minutes=10)
"""A job that takes longer than this may be begun by another process: keep runs short, they go on at the next one."""
STUCK_SECONDS = 2 * LEASE.total_seconds()
"""A run that takes longer will not end any more: its process is to be started anew."""


_BEGAN = select(JOB.c.name, JOB.c.began_at)


@dataclass(frozen=True)
class Job:
    """`work` is called every `every`; what it returns (counts, never people's words) is kept as its result."""

    name: str
    every: timedelta
    what: str
    work: Callable[[], Awaitable[Result]]


class JobRunner:
    """Looks for due jobs until it is stopped; a job that fails is logged and tried again when it is next due."""

    def __init__(
        self,
        jobs: Sequence[Job],
        database: Callable[[], Database],
        clock: Clock,
        owner: str,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self.jobs = {job.name: job for job in jobs}
        self._database = database
        self._clock = clock
        self._owner = owner
        self._look_seconds = look_seconds
        self._task: asyncio.Task[None] | None = None
        self._job_began: float | None = None

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._loop())

    async def stop(self) -> None:
        """End; a job in work is broken off, and whatever it had not committed is undone."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def works(self) -> bool:
        """Say whether it looks for jobs, and is not stuck in one."""
        if self._task is None or self._task.done():
            return False
        return self._job_began is None or time.monotonic() - self._job_began < STUCK_SECONDS

    async def run(self, name: str) -> Result | None:
        """Run one job now, due or not; None where another process is at work on it. Raises what the job raises."""
        return await self._run(self.jobs[name], due_only=False)

    async def _loop(self) -> None:
        while True:
            for job in await self._due():
                self._job_began = time.monotonic()
                try:
                    await self._run(job, due_only=True)
                except Exception as error:  # one job's fault must not stop the others
                    log.fault("job_failed", error, job=job.name)
                self._job_began = None
            await asyncio.sleep(self._look_seconds)

    async def _due(self) -> list[Job]:
        """Return the jobs whose time has come, whoever may be at work on them: one look, not a claim for each."""
        try:
            began = await self._database().run(_began)
        except Exception as error:  # must outlive a database that is away
            log.fault("look_failed", error)
            return []
        now = self._clock.now()
        return [job for job in self.jobs.values() if (at := began.get(job.name)) is None or at <= now - job.every]

    async def _run(self, job: Job, due_only: bool) -> Result | None:
        database = self._database()
        if not await database.write(self._claim, job, due_only):
            return None
        result: Result = {"error": "stopped"}
        try:
            result = await job.work()
        except Exception as error:
            result = {"error": type(error).__name__}
            raise
        finally:
            await asyncio.shield(database.write(self._release, job, result))
        if any(result.values()):
            log.info("job_done", job=job.name, **result)
        return result

    def _claim(self, connection: Connection, job: Job, due_only: bool) -> bool:
        now = self._clock.now()
        _ensure_row(connection, job.name)
        free = or_(JOB.c.owner.is_(None), JOB.c.owned_until < now, JOB.c.owner == self._owner)
        due = or_(JOB.c.began_at.is_(None), JOB.c.began_at <= now - job.every)
        wanted = and_(JOB.c.name == job.name, free, due) if due_only else and_(JOB.c.name == job.name, free)
        claim = update(JOB).where(wanted).values(owner=self._owner, owned_until=now + LEASE, began_at=now)
        return bool(connection.execute(claim).rowcount)

    def _release(self, connection: Connection, job: Job, result: Result) -> None:
        mine = and_(JOB.c.name == job.name, JOB.c.owner == self._owner)
        now = self._clock.now()
        values = {"owner": None, "owned_until": None, "ended_at": now, "result": result}
        if "error" not in result:
            values["succeeded_at"] = now
        connection.execute(update(JOB).where(mine).values(**values))


def _ensure_row(connection: Connection, name: str) -> None:
    if connection.execute(select(JOB.c.name).where(JOB.c.name == name)).first() is not None:
        return
    with suppress(IntegrityError), connection.begin_nested():  # another process may have been faster
        connection.execute(insert(JOB).values(name=name))


def _began(connection: Connection) -> dict[str, datetime | None]:
    return {row.name: row.began_at for row in connection.execute(_BEGAN)}


def last_runs(connection: Connection) -> dict[str, Any]:
    """Return name → the row of each job that ever ran, for operators."""
    return {row.name: row for row in connection.execute(select(JOB))}
