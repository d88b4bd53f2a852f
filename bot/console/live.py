"""One stream of signals for each browser: what has changed, never what it holds. Pages then ask again as they may.

Every process looks into the shared database for what changed, so it does not matter which of them made the change, and
a browser that comes back with the last moment it knows (`Last-Event-ID`) is told all that it has missed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta, timezone

from bot.ops.clock import Clock
from bot.ops.logging import EventLog
from bot.ops.metrics import CONNECTIONS

log = EventLog("console.live")

PAUSE_SECONDS = 1.0
GATHER_SECONDS = 0.25
"""Signals of that time go to a browser together: under load there is one for every word that anybody says."""
OVERLAP = timedelta(seconds=7)
"""How far back is looked again: a change may be committed five seconds after the moment that stands in it, and that of
an answer may be two seconds old (`FRESH` of bot/hub/statements.py)."""
LONGEST_GAP = timedelta(hours=1)
EVERYTHING = "all"
"""The topic that stands for all of them: whoever hears it reads everything anew."""

Source = Callable[[datetime], Awaitable[Mapping[str, str]]]
"""Topics that changed since a moment, each with a mark that is another one after every change."""


class Reader:
    """A browser's signals, each topic once however often it was heard; so a slow one holds nothing up."""

    def __init__(self) -> None:
        self._topics: dict[str, None] = {}
        self._heard = asyncio.Event()
        self.closed = False

    def put(self, topic: str) -> None:
        """Hand over a signal without waiting."""
        self._topics[topic] = None
        self._heard.set()

    def close(self) -> None:
        """End: the process stops."""
        self.closed = True
        self._heard.set()

    async def next(self, seconds: float) -> list[str]:
        """Return the topics that were heard, as soon as there are any; none after so many seconds."""
        try:
            await asyncio.wait_for(self._heard.wait(), seconds)
        except asyncio.TimeoutError:
            return []
        if not self.closed:
            await asyncio.sleep(GATHER_SECONDS)
        topics = list(self._topics)
        self._topics.clear()
        if not self.closed:
            self._heard.clear()
        return topics


class Live:
    """Looks for changes while somebody listens."""

    def __init__(self, sources: Sequence[Source], clock: Clock, pause_seconds: float = PAUSE_SECONDS) -> None:
        self._sources = sources
        self._clock = clock
        self._pause = pause_seconds
        self._readers: set[Reader] = set()
        self._known: dict[str, str] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._run())

    def close(self) -> None:
        """Let all streams end."""
        for reader in self._readers:
            reader.close()

    async def stop(self) -> None:
        """Look no more."""
        self.close()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def publish(self, topic: str) -> None:
        """Tell this process's browsers at once; those of other processes find out by looking."""
        for reader in tuple(self._readers):
            reader.put(topic)

    def listen(self) -> Reader:
        """Hear what changes from now on."""
        reader = Reader()
        self._readers.add(reader)
        CONNECTIONS.labels("desk").inc()
        return reader

    def leave(self, reader: Reader) -> None:
        """Hear nothing more."""
        if reader in self._readers:
            self._readers.discard(reader)
            CONNECTIONS.labels("desk").dec()

    def now(self) -> int:
        """Return this moment as it stands in the stream: milliseconds."""
        return _as_number(self._clock.now())

    async def missed(self, since: int) -> list[str]:
        """Return the topics that changed since a moment of `now`; `EVERYTHING` where that is too long ago."""
        now = self._clock.now()
        longest_ago = _as_number(now - LONGEST_GAP)
        if not longest_ago <= since <= _as_number(now + LONGEST_GAP):
            return [EVERYTHING]
        return list(await self._changed(_as_moment(min(since, _as_number(now))) - OVERLAP))

    async def look(self) -> None:
        """Compare the database with what was seen last, and tell the browsers."""
        marks = await self._changed(self._clock.now() - OVERLAP)
        for topic, mark in marks.items():
            if self._known.get(topic) != mark:
                self.publish(topic)
        self._known = dict(marks)

    async def _changed(self, since: datetime) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for source in self._sources:
            for topic, mark in (await source(since)).items():
                found[topic] = f"{found.get(topic, '')} {mark}"
        return found

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._pause)
            if not self._readers:
                continue
            try:
                await self.look()
            except Exception as error:  # must outlive a database that is away
                log.fault("look_failed", error)


def _as_number(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _as_moment(number: int) -> datetime:
    return datetime.fromtimestamp(number / 1000, timezone.utc)
