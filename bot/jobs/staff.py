"""A job about staff: what is kept long enough goes, secrets of before are sealed."""

from __future__ import annotations

from dataclasses import dataclass

from bot.jobs.runner import Result
from bot.staff.keeping import StaffKeeping


@dataclass(frozen=True)
class StaffJobs:
    """See `StaffKeeping`."""

    keeping: StaffKeeping

    async def keep(self) -> Result:
        """Seal secrets; drop ended sessions, tries that are over, lines of the audit beyond what the city keeps."""
        return dict(await self.keeping.keep())
