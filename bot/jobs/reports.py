"""Job about reports: a month is closed as soon as it may be, so that later erasures leave its figures alone."""

from __future__ import annotations

from dataclasses import dataclass

from bot.errors import ReportRefusedError
from bot.jobs.runner import Result
from bot.ops.logging import EventLog
from bot.reports.months import Months

log = EventLog("jobs.reports")


@dataclass(frozen=True)
class ReportJobs:
    """Broken off anywhere, it goes on at its next run: each month is closed in one transaction."""

    months: Months

    async def close_months(self) -> Result:
        """Close what is due; a catalogue that cannot be read puts it off, and the log says so."""
        try:
            closed = await self.months.close_due()
        except ReportRefusedError as error:
            log.warning("month_not_closed", code=error.code, **error.context)
            return {"put_off": 1}
        return {"closed": len(closed)}
