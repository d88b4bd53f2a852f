"""Who did what, and who saw whose data: only ever added to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.engine import Connection

from bot.ops.clock import CITY_TIME, Clock
from bot.staff.models import AuditRow, Deed
from bot.staff.tables import STAFF_AUDIT
from bot.store.engine import Database
from bot.store.prepared import Prepared
from bot.store.reach import ReachableStore

PAGE = 100
_ADD = Prepared(insert(STAFF_AUDIT).inline(), "at", "by", "deed", "about", "reason")


@dataclass(frozen=True)
class AuditFilter:
    """Which lines, the newest first; empty: whichever. about: the beginning of a code. before: id of a line."""

    by: str = ""
    about: str = ""
    deed: Deed | None = None
    since: date | None = None
    until: date | None = None
    before: int | None = None


class Audit:
    """Writes and reads the audit. What is to be shown is written down first: a failure to write is raised."""

    def __init__(self, database: Callable[[], Database], clock: Clock) -> None:
        self._store = ReachableStore(database)
        self._clock = clock

    async def write(self, by: str, deed: Deed, about: str = "", reason: str = "") -> None:
        """Add a line. by: a display name; about: a code, never words of a citizen."""
        await self._store.write(add_line, self._clock.now(), by, deed, about, reason)

    async def read(self, wanted: AuditFilter | None = None) -> list[AuditRow]:
        """Return at most `PAGE` lines."""
        return await self._store.read(_read, wanted or AuditFilter())


def add_line(connection: Connection, at: datetime, by: str, deed: Deed, about: str = "", reason: str = "") -> None:
    """Add a line in the transaction of what it speaks of."""
    row = {"at": at, "by": by[:80], "deed": deed.value, "about": about[:120], "reason": reason.strip()[:600]}
    _ADD.run(connection, **row)


def _read(connection: Connection, wanted: AuditFilter) -> list[AuditRow]:
    query = select(STAFF_AUDIT).order_by(STAFF_AUDIT.c.id.desc()).limit(PAGE)
    if wanted.by:
        query = query.where(STAFF_AUDIT.c.by == wanted.by)
    if wanted.about:
        query = query.where(STAFF_AUDIT.c.about.startswith(wanted.about, autoescape=True))
    if wanted.deed:
        query = query.where(STAFF_AUDIT.c.deed == wanted.deed.value)
    if wanted.since:
        query = query.where(STAFF_AUDIT.c.at >= _begin_of(wanted.since))
    if wanted.until and wanted.until < date.max:
        query = query.where(STAFF_AUDIT.c.at < _begin_of(wanted.until + timedelta(days=1)))
    if wanted.before:
        query = query.where(STAFF_AUDIT.c.id < wanted.before)
    return [
        AuditRow(row.id, row.at, row.by, Deed(row.deed), row.about, row.reason) for row in connection.execute(query)
    ]


def _begin_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=CITY_TIME)
