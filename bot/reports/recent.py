"""Figures of running periods, counted at most once in a while, however many pages ask for them."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.ops.clock import Clock
from bot.reports.counting import Counted

KEPT_FOR = timedelta(seconds=30)
MOST = 200


@dataclass(frozen=True)
class Fresh:
    """What was counted, and when."""

    counted: Counted
    at: datetime


class Recent:
    """Counts of this process; one at a time, so that many open pages are no load."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: OrderedDict[Hashable, Fresh] = OrderedDict()
        self._counting = asyncio.Lock()

    async def get(self, key: Hashable, count: Callable[[], Awaitable[Counted]]) -> Fresh:
        """Return what was counted under `key` a moment ago, else count."""
        found = self._find(key)
        if found is not None:
            return found
        async with self._counting:
            found = self._find(key)
            if found is None:
                found = Fresh(await count(), self._clock.now())
                self._kept[key] = found
                while len(self._kept) > MOST:
                    self._kept.popitem(last=False)
            return found

    def _find(self, key: Hashable) -> Fresh | None:
        found = self._kept.get(key)
        return found if found is not None and self._clock.now() - found.at < KEPT_FOR else None
