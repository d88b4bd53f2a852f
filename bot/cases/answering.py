"""A status as a citizen is told it: with our own desk's notice, and with somebody set on what is late or unknown."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from bot.cases.desk import LATE_WITHOUT_NOTICE, UNKNOWN_STATE, CaseDesk
from bot.cases.models import CaseState, CaseStatus
from bot.cases.telling import Telling, is_unexplained, tell
from bot.ops.clock import Clock, city_date
from bot.ops.logging import EventLog
from knowledge.working_days import Calendar

log = EventLog("cases.answering")


@dataclass(frozen=True)
class CaseAnswers:
    """Tells statuses, in a conversation and in a word about a change alike."""

    desk: CaseDesk
    clock: Clock
    calendar: Calendar

    async def tell(self, status: CaseStatus, sample: bool) -> Telling:
        """Put a status into words; a late one without a notice, or one that no table knows, is followed up first."""
        today = city_date(self.clock.now())
        status = status.with_notice(await self.desk.notice_of(status.code))
        if status.state is CaseState.UNKNOWN:
            await self._follow_up(status, UNKNOWN_STATE)
        followed_up = is_unexplained(status, today) and await self._follow_up(status, LATE_WITHOUT_NOTICE)
        return tell(status, today, self.calendar, sample, followed_up)

    async def _follow_up(self, status: CaseStatus, why: str) -> bool:
        """Say whether somebody is set on it. The citizen gets the status also where that could not be written down."""
        try:
            await self.desk.follow_up(status, why)
        except SQLAlchemyError as error:
            log.fault("follow_up_failed", error, why=why)
            return False
        return True
