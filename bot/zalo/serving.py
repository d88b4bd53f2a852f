"""Citizens are served at once, as many as there are places for; the others in the order in which the store names them.

While anybody waits, nobody who comes new is given a place that has become free: on a hub at work the same few would
else wait for seconds, being overtaken all the time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, Generic, TypeVar

from bot.ops.logging import EventLog

Item = TypeVar("Item")

PLACES = 64
"""Citizens who are served at the same time, by one process. What is served waits for the database, for Rasa or for
Zalo nearly all the time; Zalo's own limit is 67 calls a second, each of which may well take half of one."""

_LONGEST_LOOK = 5.0
"""Seconds after which a database that does not answer is waited for no longer, when the process ends."""


class Serving(Generic[Item]):
    """Runs in every hub; leases in the store keep several from serving one citizen at once."""

    def __init__(
        self,
        log: EventLog,
        claim: Callable[[], Awaitable[Item | None]],
        serve: Callable[[Item], Coroutine[Any, Any, None]],
        look_seconds: float,
        places: int = PLACES,
    ) -> None:
        """claim: takes a citizen who waits; None where none does. serve: for one citizen, until nothing is left."""
        self._log = log
        self._claim = claim
        self._serve = serve
        self._look_seconds = look_seconds
        self._places = places
        self._news = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None
        self._at_work: set[asyncio.Task[None]] = set()
        self._waiting = False
        self._left = 0
        self._asking = 0
        self.stopping = False

    def start(self) -> None:
        """Begin, with what was left from before."""
        self._looking = asyncio.create_task(self._look())

    async def stop(self) -> None:
        """Look no more; what is being served goes on: see `finish` and `break_off`."""
        self.stopping = True  # a cancelled `wait_for` may go on all the same (Python 3.10)
        self._news.set()
        if self._looking is not None:
            _, stuck = await asyncio.wait({self._looking}, timeout=_LONGEST_LOOK)
            for task in stuck:
                task.cancel()

    async def finish(self, seconds: float) -> None:
        """Wait for what is being served, at most so long."""
        if self._at_work:
            await asyncio.wait(set(self._at_work), timeout=seconds)

    async def break_off(self) -> None:
        """Cancel what is being served."""
        running = list(self._at_work)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def has_place(self) -> bool:
        """Whether who comes now may be served at once."""
        ready = self._looking is not None and not self.stopping and not self._waiting
        return ready and self._has_room(beside=self._asking)  # whom the store names meanwhile needs a place

    def begin(self, item: Item) -> None:
        """Serve a citizen who has been taken."""
        task = asyncio.create_task(self._serve(item))
        self._at_work.add(task)
        task.add_done_callback(self._served)

    def leave(self) -> None:
        """Somebody waits in the store for whom there was no place."""
        self._left += 1
        self._waiting = True
        if self._has_room():
            self._news.set()

    def _has_room(self, beside: int = 0) -> bool:
        return len(self._at_work) + beside < self._places

    def _served(self, task: asyncio.Task[None]) -> None:
        self._at_work.discard(task)
        if self._waiting:
            self._news.set()

    async def _look(self) -> None:
        """Take who waits, whoever left them; once a second for what has become due, or is another process's no more."""
        while not self.stopping:
            self._news.clear()
            try:
                await self._fill()
            except Exception as error:  # must outlive a database that is away
                self._log.fault("look_failed", error)
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._news.wait(), self._look_seconds)

    async def _fill(self) -> None:
        while self._has_room() and not self.stopping:
            left = self._left
            self._asking = 1
            try:
                item = await self._claim()
            finally:
                self._asking = 0
            if item is None:
                self._waiting = self._left != left  # who was left meanwhile was perhaps not seen
                return
            self.begin(item)
