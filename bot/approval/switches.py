"""Which units look at answers before they go: off unless an administrator switches it on, with reason and history."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, insert, select
from sqlalchemy.engine import Connection

from bot.approval.models import ApprovalFault, UnitSwitch
from bot.approval.rows import newest_switch, switch_history
from bot.approval.tables import APPROVAL_SWITCH
from bot.errors import ApprovalError
from bot.ops.clock import Clock
from bot.ops.logging import EventLog
from bot.store.engine import Database
from bot.store.reach import ReachableStore

log = EventLog("approval.switches")

SHORTEST, LONGEST = 10, 600


class ApprovalSwitches:
    """One switch for each unit."""

    def __init__(self, database: Callable[[], Database], clock: Clock) -> None:
        self._store, self._clock = ReachableStore(database), clock

    async def all(self) -> list[UnitSwitch]:
        """Return how every switch that was ever touched stands now."""
        return await self._store.read(_all)

    async def history(self, unit: str) -> list[UnitSwitch]:
        """Return a unit's changes, the newest first."""
        return await self._store.read(switch_history, unit)

    async def set(self, unit: str, on: bool, sentence: str, reason: str, by: str) -> bool:
        """Switch; False where it stands so already. Raises `ApprovalError` without a reason or a sentence."""
        said, why = " ".join(sentence.split())[:LONGEST], " ".join(reason.split())[:LONGEST]
        if len(why) < SHORTEST:
            raise refuse_approval(ApprovalFault.NO_REASON)
        if on and len(said) < SHORTEST:
            raise refuse_approval(ApprovalFault.NO_SENTENCE)
        changed = await self._store.write(self._set, unit, on, said if on else "", why, by)
        if changed:
            log.warning("approval_switched", unit=unit, on=on)
        return changed

    def _set(self, connection: Connection, unit: str, on: bool, sentence: str, reason: str, by: str) -> bool:
        now = newest_switch(connection, unit)
        if (now is not None and now.on, now.sentence if now else "") == (on, sentence):
            return False
        row = {"unit": unit, "on": on, "sentence": sentence, "reason": reason, "by": by[:80], "at": self._clock.now()}
        connection.execute(insert(APPROVAL_SWITCH).values(**row))
        return True


def refuse_approval(fault: ApprovalFault) -> ApprovalError:
    """The error that says why a step is not possible."""
    return ApprovalError(fault.value, fault=fault)


def _all(connection: Connection) -> list[UnitSwitch]:
    newest = select(func.max(APPROVAL_SWITCH.c.id)).group_by(APPROVAL_SWITCH.c.unit)
    rows = connection.execute(select(APPROVAL_SWITCH).where(APPROVAL_SWITCH.c.id.in_(newest)))
    return [UnitSwitch(row.unit, row.on, row.sentence, row.reason, row.by, row.at) for row in rows]
