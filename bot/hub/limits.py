"""How fast somebody may write. Generous to people, and to offices that share one address."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    """`burst` at once, then `per_second`."""

    burst: float
    per_second: float


PER_CONVERSATION = Rate(burst=10, per_second=0.5)
PER_ADDRESS = Rate(burst=200, per_second=5)
PRUNE_AT = 1_000
"""With so many buckets, and later with twice as many as were not full then, those that are full are looked for: what
stays is of who writes at the moment, and looking costs each message next to nothing however many those are."""


class RateLimiter:
    """A token bucket for each key; buckets that are full again are forgotten."""

    def __init__(self, rate: Rate, now: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._now = now
        self._buckets: dict[str, tuple[float, float]] = {}
        self._prune_at = PRUNE_AT

    def take(self, key: str) -> bool:
        """Whether `key` may do one more now."""
        now = self._now()
        level = self._level(key, now)
        if level < 1:
            return False
        if len(self._buckets) >= self._prune_at:
            self._prune(now)
        self._buckets[key] = (level - 1, now)
        return True

    def give_back(self, key: str) -> None:
        """Undo one `take`: what was allowed has not come to pass."""
        if key in self._buckets:
            level, since = self._buckets[key]
            self._buckets[key] = (min(self._rate.burst, level + 1), since)

    def _level(self, key: str, now: float) -> float:
        level, since = self._buckets.get(key, (self._rate.burst, now))
        return min(self._rate.burst, level + (now - since) * self._rate.per_second)

    def _prune(self, now: float) -> None:
        self._buckets = {
            key: bucket for key, bucket in self._buckets.items() if self._level(key, now) < self._rate.burst
        }
        self._prune_at = max(PRUNE_AT, 2 * len(self._buckets))
