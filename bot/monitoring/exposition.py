"""`GET /metrics` of the hub: what was counted, and what the database and the disk say at this moment.

Guarded by a token of its own (MOTCUA_METRICS_TOKEN); without one the path does not exist.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from bot.jobs.runner import Job
from bot.monitoring.figures import Figure, read_figures
from bot.ops.clock import CITY_TIME, Clock
from bot.ops.logging import EventLog
from bot.ops.metrics import CONTENT_TYPE, READ_ON_ASKING, in_text, is_authorised
from bot.store.engine import Database
from knowledge.errors import CatalogueError
from knowledge.freshness import freshness

log = EventLog("monitoring")

PATH = "/metrics"
FRESH_SECONDS = 5.0
"""What was read so lately is told again: several who ask cost the database no more than one."""
WITHIN_SECONDS = 4.0
"""A database that hangs must not hold up the figures that say so."""


class Metrics:
    """Answers Prometheus."""

    def __init__(
        self,
        database: Callable[[], Database],
        clock: Clock,
        jobs: Sequence[Job],
        catalogue: tuple[str, int],
        data_dir: Path,
        token: str,
    ) -> None:
        """catalogue: its address, and after how many days a record is called stale."""
        self._database = database
        self._clock = clock
        self._jobs = jobs
        self._catalogue = catalogue
        self._data_dir = data_dir
        self._token = token
        self._read: tuple[float, bytes] | None = None
        self._reading = asyncio.Lock()

    async def handle(self, request: web.Request) -> web.Response:
        """All figures as text; 404 for whoever has no token, so that nobody learns that there is something."""
        if not is_authorised(request.headers.get("Authorization"), self._token):
            raise web.HTTPNotFound
        body = in_text() + await self._on_asking()
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"})

    async def _on_asking(self) -> bytes:
        async with self._reading:
            if self._read is None or time.monotonic() - self._read[0] > FRESH_SECONDS:
                figures = [*await self._of_store(), *await asyncio.to_thread(self._of_machine)]
                self._read = (time.monotonic(), as_text(figures))
            return self._read[1]

    async def _of_store(self) -> list[Figure]:
        try:
            reading = self._database().run(read_figures, self._clock.now(), self._jobs)
            figures = await asyncio.wait_for(reading, WITHIN_SECONDS)
        except (SQLAlchemyError, OSError, asyncio.TimeoutError) as error:
            log.fault("figures_not_read", error)
            return [Figure("motcua_database_up", 0)]
        return [Figure("motcua_database_up", 1), *figures]

    def _of_machine(self) -> list[Figure]:
        url, days = self._catalogue
        figures: list[Figure] = []
        try:
            found = freshness(url, self._clock.now().astimezone(CITY_TIME).date(), days)
            figures.append(Figure("motcua_catalogue_records", found.records))
            figures.append(Figure("motcua_catalogue_stale_records", found.stale))
            if found.newest_load is not None:
                age = (self._clock.now() - found.newest_load).total_seconds()
                figures.append(Figure("motcua_catalogue_age_seconds", max(age, 0.0)))
        except (SQLAlchemyError, CatalogueError, OSError) as error:
            log.fault("catalogue_not_read", error)
            figures.append(Figure("motcua_catalogue_records", 0))
        room = shutil.disk_usage(self._data_dir)
        return [
            *figures,
            Figure("motcua_disk_free_bytes", room.free),
            Figure("motcua_disk_size_bytes", room.total),
        ]


def as_text(figures: Sequence[Figure]) -> bytes:
    """Return figures in Prometheus's text format; each must be declared."""
    registry = CollectorRegistry()
    gauges = {one.name: Gauge(one.name, one.what, one.labels, registry=None) for one in READ_ON_ASKING}
    used = dict.fromkeys(figure.name for figure in figures)
    for name in used:
        registry.register(gauges[name])
    for figure in figures:
        gauge = gauges[figure.name]
        (gauge.labels(*figure.labels) if figure.labels else gauge).set(figure.value)
    return generate_latest(registry)
