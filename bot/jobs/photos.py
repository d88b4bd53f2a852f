"""The job about photos: what was sent and never attached is not kept longer than a day."""

from __future__ import annotations

from dataclasses import dataclass

from bot.attachments.service import Attachments
from bot.jobs.runner import Result


@dataclass(frozen=True)
class PhotoJobs:
    """May be broken off anywhere: it is one transaction."""

    attachments: Attachments

    async def remove_stale(self) -> Result:
        """Remove photos that belong to nothing since a day; how many."""
        return {"removed": await self.attachments.remove_stale()}
