"""Settings as they stand: read in the transaction that uses them, so every process knows of a change at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from bot.errors import StoreDownError, TuningRefusedError
from bot.ops.logging import EventLog
from bot.settings import Settings
from bot.store.engine import Database
from bot.store.prepared import Prepared
from bot.store.reach import ReachableStore
from bot.tuning.models import SPECS, Setting, Tuned
from bot.tuning.tables import TUNING_CHANGE
from bot.tuning.values import read_value

log = EventLog("tuning")


_LENGTH = Prepared(select(func.count()).select_from(TUNING_CHANGE))


class Tuning:
    """Values over their defaults. The table only grows: its length tells whether what was read still holds."""

    def __init__(self, default: Tuned | None = None) -> None:
        self.default = default or Tuned()
        self._known: tuple[int, Tuned] = (0, self.default)

    @classmethod
    def of(cls, settings: Settings) -> Tuning:
        """With the defaults of the environment."""
        return cls(
            Tuned(
                tips=settings.tips, feedback_days=settings.feedback_days, feedback_kept_days=settings.feedback_kept_days
            )
        )

    def read(self, connection: Connection) -> Tuned:
        """Return all settings as they stand in this transaction."""
        length = int(_LENGTH.scalar(connection))
        known_length, known = self._known
        if length != known_length:
            known = _tuned(connection, self.default)
            self._known = (length, known)
        return known


class TunedNow:
    """For who is in no transaction."""

    def __init__(self, database: Callable[[], Database], tuning: Tuning) -> None:
        self._store, self._tuning = ReachableStore(database), tuning

    async def __call__(self) -> Tuned:
        """Return all settings as they stand; the defaults while the store cannot be reached."""
        try:
            return await self._store.read(self._tuning.read)
        except StoreDownError:
            return self._tuning.default


def _tuned(connection: Connection, default: Tuned) -> Tuned:
    newest: dict[tuple[str, str], Any] = {}
    query = select(TUNING_CHANGE.c.setting, TUNING_CHANGE.c.unit, TUNING_CHANGE.c.value)
    for row in connection.execute(query.order_by(TUNING_CHANGE.c.number)):
        newest[(row.setting, row.unit)] = row.value
    values: dict[str, Any] = {}
    hours = {}
    for (name, unit), value in newest.items():
        if value is None:
            continue
        try:
            spec = SPECS[Setting(name)]
            read = read_value(spec, value)
        except (ValueError, TuningRefusedError):  # of another version of this program
            log.warning("setting_unreadable", setting=name, unit=unit)
            continue
        if spec.name is Setting.HOURS:
            hours[unit] = read
        else:
            values[name] = read
    return replace(default, **values, hours=hours)
