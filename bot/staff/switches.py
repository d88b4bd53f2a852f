"""Off switches, with the sentence that citizens read meanwhile, a reason and a history."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from sqlalchemy import bindparam, insert, select
from sqlalchemy.engine import Connection

from bot.errors import StaffRefusedError
from bot.ops.clock import Clock
from bot.ops.logging import EventLog
from bot.staff.audit import add_line
from bot.staff.models import Deed, Feature, StaffFault, SwitchChange
from bot.staff.tables import STAFF_SWITCH
from bot.staff.telling import staff_wording
from bot.store.engine import Database
from bot.store.prepared import Prepared
from bot.store.reach import ReachableStore

log = EventLog("staff.switches")

SHORTEST = 10
LONGEST = 600
_SOMEWHERE = re.compile(r"\b1022\b|\b0\d{2,3}[ .]?\d{3}[ .]?\d{2,4}\b|\b1[89]00[ .]?\d{2,6}\b|\b[\w-]+\.gov\.vn\b")
"""A telephone number or a site of the state: somebody who reads it knows where to ask."""
KEPT_SECONDS = 1.0
"""How long an answer is believed: so long after the switch the last process knows it."""


class Switches:
    """Asked by the hub before every turn, set in the console."""

    def __init__(self, database: Callable[[], Database], clock: Clock, kept: float = KEPT_SECONDS) -> None:
        self._store = ReachableStore(database)
        self._clock = clock
        self._kept = kept
        self._known: dict[Feature, tuple[float, str | None]] = {}

    async def is_off(self, feature: Feature) -> str | None:
        """Return the sentence for citizens while a feature is off; None while it is on."""
        until, sentence = self._known.get(feature, (0.0, None))
        if time.monotonic() < until:
            return sentence
        return self._keep(feature, await self._store.read(_newest, feature))

    def off_within(self, connection: Connection, feature: Feature) -> str | None:
        """As `is_off`, inside somebody's transaction."""
        until, sentence = self._known.get(feature, (0.0, None))
        return sentence if time.monotonic() < until else self._keep(feature, _newest(connection, feature))

    async def set(self, feature: Feature, off: bool, sentence: str, reason: str, by: str) -> bool:
        """Switch; False where it stands so already. Raises `StaffRefusedError` without a reason or a sentence."""
        said, why = " ".join(sentence.split())[:LONGEST], " ".join(reason.split())[:LONGEST]
        if len(why) < SHORTEST:
            raise StaffRefusedError(fault=StaffFault.NO_REASON.value)
        if off and len(said) < SHORTEST:
            raise StaffRefusedError(fault=StaffFault.NO_SENTENCE.value)
        changed = await self._store.write(self._set, feature, off, said if off else "", why, by)
        self._known.pop(feature, None)
        if changed:
            log.warning("switched", feature=feature.value, off=off)
        return changed

    async def history(self, feature: Feature) -> list[SwitchChange]:
        """Return all changes, the newest first."""
        return await self._store.read(_history, feature)

    def _keep(self, feature: Feature, found: SwitchChange | None) -> str | None:
        sentence = told(found) if found is not None and found.off else None
        self._known[feature] = (time.monotonic() + self._kept, sentence)
        return sentence

    def _set(self, connection: Connection, feature: Feature, off: bool, sentence: str, reason: str, by: str) -> bool:
        found = _newest(connection, feature)
        if (found is not None and found.off, found.sentence if found else "") == (off, sentence):
            return False
        now = self._clock.now()
        row = {"feature": feature.value, "off": off, "sentence": sentence, "reason": reason, "by": by[:80], "at": now}
        connection.execute(insert(STAFF_SWITCH).values(**row))
        add_line(connection, now, by, Deed.SWITCHED_OFF if off else Deed.SWITCHED_ON, feature.value, reason)
        return True


_HISTORY = Prepared(
    select(STAFF_SWITCH)
    .where(STAFF_SWITCH.c.feature == bindparam("the_feature"))
    .order_by(STAFF_SWITCH.c.id.desc())
    .limit(bindparam("the_number"))
)


def told(change: SwitchChange) -> str:
    """Return what citizens read while a feature is off: the sentence, and 1022 where it says nothing of where to ask.

    The assistant's own goes as it was written.
    """
    asks_somewhere = change.feature is Feature.ASSISTANT or _SOMEWHERE.search(change.sentence) is not None
    return change.sentence if asks_somewhere else f"{change.sentence} {staff_wording()('where_to_ask')}"


def _newest(connection: Connection, feature: Feature) -> SwitchChange | None:
    found = _history(connection, feature, 1)
    return found[0] if found else None


def _history(connection: Connection, feature: Feature, most: int = 100) -> list[SwitchChange]:
    rows = _HISTORY.all(connection, the_feature=feature.value, the_number=most)
    return [SwitchChange(Feature(row.feature), row.off, row.sentence, row.reason, row.by, row.at) for row in rows]
