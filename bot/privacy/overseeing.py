"""What an administrator sees and does: holds, and what the nights have erased."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from bot.ops.clock import Clock
from bot.privacy import holds
from bot.privacy.holds import Hold
from bot.privacy.retention import ClassReport, reports_in
from bot.store.engine import Database
from bot.store.reach import ReachableStore


class Oversight:
    """Raises `PrivacyStepError` where a step is not possible, `StoreDownError`."""

    def __init__(self, database: Callable[[], Database], clock: Clock) -> None:
        self._store = ReachableStore(database)
        self._clock = clock

    async def holds(self) -> list[Hold]:
        """Return the holds that stand."""
        return await self._store.read(holds.standing)

    async def hold(self, name: str, reason: str, by: str) -> Hold:
        """Put a class or a conversation on hold."""
        return await self._store.write(holds.place, name.strip(), reason, by, self._clock.now())

    async def release(self, number: int, reason: str, by: str) -> None:
        """End a hold."""
        await self._store.write(holds.release, number, reason, by, self._clock.now())

    async def reports(self, most: int = 14) -> list[tuple[date, dict[str, ClassReport]]]:
        """Return the newest reports of the retention."""
        return await self._store.read(reports_in, most)
