"""Settings are changed with a reason; the history keeps who, when, from what to what, and every value can come back."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bot.ops.clock import Clock
from bot.ops.logging import EventLog
from bot.staff.audit import add_line
from bot.staff.models import Deed
from bot.store.engine import Database
from bot.store.reach import ReachableStore
from bot.tuning.models import SPECS, Change, Setting, Tuned, TuningFault
from bot.tuning.reading import Tuning
from bot.tuning.tables import TUNING_CHANGE
from bot.tuning.values import checked, refusal

log = EventLog("staff.tuner")

SHORTEST_REASON, LONGEST_REASON = 10, 600
MOST = 200


class Tuner:
    """The administrators' side. unit_codes: the units that may have a value of their own; "" is everybody's."""

    def __init__(
        self, database: Callable[[], Database], clock: Clock, tuning: Tuning, unit_codes: Collection[str]
    ) -> None:
        self._store, self._clock = ReachableStore(database), clock
        self._tuning, self._units = tuning, frozenset(unit_codes)

    @property
    def default(self) -> Tuned:
        """What holds while nobody has set anything."""
        return self._tuning.default

    async def read(self) -> Tuned:
        """Return all settings as they stand."""
        return await self._store.read(self._tuning.read)

    async def newest(self) -> dict[tuple[Setting, str], Change]:
        """Return the last change of everything that was ever changed, by setting and unit."""
        changes = await self._store.read(_changes)
        return {(one.setting, one.unit): one for one in reversed(changes)}

    async def history(self, setting: Setting, unit: str = "") -> list[Change]:
        """Return a setting's changes, the newest first, at most `MOST`."""
        return await self._store.read(_history, setting, unit)

    async def change(self, setting: Setting, unit: str, value: Any, seen: int, reason: str, by: str) -> Change:
        """Set a value; None: back to the default. seen: number of the last change that the editor knew of.

        Raises `TuningRefusedError`: a value that cannot be, no reason, the same as now, or changed meanwhile.
        """
        spec, why = SPECS[setting], " ".join(reason.split())[:LONGEST_REASON]
        if unit and (not spec.per_unit or unit not in self._units):
            raise refusal(TuningFault.UNIT)
        stored = None if value is None else checked(spec, value)
        if len(why) < SHORTEST_REASON:
            raise refusal(TuningFault.NO_REASON)
        try:
            made = await self._store.write(self._add, setting, unit, stored, seen, why, by)
        except IntegrityError as error:  # both saw the same, and the other was faster
            raise refusal(TuningFault.CHANGED) from error
        log.warning("setting_changed", setting=setting.value, unit=unit, number=made.number)
        return made

    def _add(
        self, connection: Connection, setting: Setting, unit: str, value: Any, seen: int, reason: str, by: str
    ) -> Change:
        history = _history(connection, setting, unit, 1)
        number, before = (history[0].number, history[0].value) if history else (0, None)
        if number != seen:
            raise refusal(TuningFault.CHANGED)
        if value == before:
            raise refusal(TuningFault.SAME)
        now = self._clock.now()
        change = Change(setting, unit, number + 1, value, reason, by[:80], now)
        row = {"setting": setting.value, "unit": unit, "number": number + 1, "value": value, "reason": reason}
        connection.execute(insert(TUNING_CHANGE).values(**row, by=change.by, at=now))
        about = f"{setting.value}:{unit}" if unit else setting.value
        add_line(connection, now, by, Deed.SETTING_CHANGED, about, reason)
        return change


def _changes(connection: Connection) -> list[Change]:
    rows = connection.execute(select(TUNING_CHANGE).order_by(TUNING_CHANGE.c.id.desc()))
    known = {one.value for one in Setting}
    return [_change_of(row) for row in rows if row.setting in known]


def _history(connection: Connection, setting: Setting, unit: str, most: int = MOST) -> list[Change]:
    mine = (TUNING_CHANGE.c.setting == setting.value, TUNING_CHANGE.c.unit == unit)
    rows = connection.execute(select(TUNING_CHANGE).where(*mine).order_by(TUNING_CHANGE.c.number.desc()).limit(most))
    return [_change_of(row) for row in rows]


def _change_of(row: Any) -> Change:
    return Change(Setting(row.setting), row.unit, row.number, row.value, row.reason, row.by, row.at)
