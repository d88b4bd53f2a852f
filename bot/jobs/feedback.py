"""Jobs about feedback: what is open for too long is raised, every working day; old words are erased."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.feedback.desk import FeedbackDesk
from bot.feedback.retention import FeedbackRetention
from bot.jobs.runner import Result
from bot.ops.clock import Clock, city_date
from bot.ops.logging import EventLog
from bot.tuning.reading import TunedNow
from knowledge.working_days import Calendar

log = EventLog("jobs.feedback")


@dataclass(frozen=True)
class FeedbackJobs:
    """tuned: says after how many working days somebody should have looked. free: no hold keeps an item."""

    desk: FeedbackDesk
    clock: Clock
    calendar: Calendar
    tuned: TunedNow
    retention: FeedbackRetention
    free: tuple[Any, ...] = ()

    async def raise_overdue(self) -> Result:
        """Raise each once a working day; the history keeps when, `python -m bot.feedback list --late` shows them."""
        if not self.calendar.is_working_day(city_date(self.clock.now())):
            return {}
        days = (await self.tuned()).feedback_days
        raised = await self.desk.raise_overdue(lambda opened_at: self._is_overdue(opened_at, days))
        if raised:
            log.warning("feedback_overdue", raised=raised, days=days)
        return {"raised": raised}

    async def forget(self) -> Result:
        """Erase words that were kept long enough."""
        items, answers = await self.retention.forget_old(*self.free)
        return {"items": items, "surveys": answers}

    def _is_overdue(self, opened_at: datetime, days: int) -> bool:
        return self.calendar.between(city_date(opened_at), city_date(self.clock.now())).days > days
