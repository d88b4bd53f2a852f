"""Jobs about handing over: clocks of requests, promised calls that were not made, presence that is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from bot.handoff.build import HandoffParts
from bot.handoff.contacts import Contact, late_contacts, promise_anew
from bot.handoff.words import shift_text
from bot.hub.delivery import LocalDelivery
from bot.hub.handing import told
from bot.hub.handoff_clocks import HandoffClocks
from bot.hub.ownership import Ownership
from bot.jobs.runner import Result
from bot.jobs.saying import say
from bot.ops.clock import Clock
from bot.store.engine import Database


@dataclass(frozen=True)
class HandoffJobs:
    """The work of the jobs; each may be broken off anywhere and goes on at its next run."""

    parts: HandoffParts
    database: Callable[[], Database]
    clock: Clock

    async def look(self) -> Result:
        """End offers, wake what was put aside, tell who waits for long, take back what lies with nobody.

        Windows hear of it by the hub's look at the store (`bot.hub.watch`): they may be another process's.
        """
        ownership = Ownership(self.database, self.clock, self.parts.queue, LocalDelivery())
        return dict(await HandoffClocks(ownership, self.clock).look())

    async def look_at_calls(self) -> Result:
        """Apologise for calls that were not made in time, and promise the next shift."""
        late = await self.database().run(late_contacts, self.clock.now())
        told_of = 0
        for contact, sender in late:
            told_of += await self.database().write(self._tell_late, contact, sender)
        return {"late_calls": told_of}

    async def forget(self) -> Result:
        """Drop signs of life of officers who were not there for a day."""
        return {"presence": await self.parts.presence.forget()}

    def _tell_late(self, connection: Connection, contact: Contact, sender: str | None) -> int:
        now = self.clock.now()
        shift = self.parts.contacts.promise(connection, contact.unit, contact.wish, now)
        if shift is None or not promise_anew(connection, contact, shift, now):
            return 0
        if sender is not None:
            sorry = told("call_late", reference=contact.reference, promise=shift_text(shift, now))
            say(connection, sender, sorry, now)
        return 1
