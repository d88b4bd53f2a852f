"""Jobs about people's data: erase what was asked for, and at night what was kept long enough."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.jobs.runner import Result
from bot.ops.clock import CITY_TIME, Clock
from bot.privacy.applying import CorrectionTelling
from bot.privacy.carrying_out import Erasures
from bot.privacy.retention import Retention

NIGHT_ENDS = 5
"""The hour of the city until which the night's work may begin."""


@dataclass(frozen=True)
class PrivacyJobs:
    """The work of the jobs; each may be broken off anywhere and goes on at its next run."""

    erasures: Erasures
    corrections: CorrectionTelling
    retention: Retention
    clock: Clock

    async def carry_out(self) -> Result:
        """Erase conversations whose citizens have asked for it; tell those whose data was put right."""
        told = await self.corrections.tell_due()
        return {**await self.erasures.carry_out(), **({"corrected": told} if told else {})}

    async def retain(self) -> Result:
        """Once a night: erase what is older than its class allows, and keep a report."""
        if self.clock.now().astimezone(CITY_TIME).hour >= NIGHT_ENDS:
            return {}
        report = await self.retention.run_once_a_day()
        return {name: entry.erased for name, entry in report.items() if entry.erased} if report else {}


def unless_held(
    held: Callable[[str], Awaitable[bool]], name: str, work: Callable[[], Awaitable[Result]]
) -> Callable[[], Awaitable[Result]]:
    """Return work that rests while its class of data is on hold."""

    async def rests_or_works() -> Result:
        return {"held": 1} if await held(name) else await work()

    return rests_or_works
