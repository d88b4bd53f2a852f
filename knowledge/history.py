"""What the catalogue held when: versions of a record, loads, and the state after any load."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from knowledge.engine import reading
from knowledge.errors import ProcedureUnknownError
from knowledge.models import Completeness, Origin, Procedure, RecordStatus
from knowledge.tables import load_item_table, load_table, version_table
from knowledge.versions import Version, unpack, unpack_raw

VIETNAM = timezone(timedelta(hours=7))
_CHUNK = 400


@dataclass(frozen=True)
class PastLoad:
    """One load. `at` is UTC; `counts` by what was done; `undone_by` the load that took it back."""

    id: int
    kind: str
    origin: Origin
    source: str
    by: str
    why: str
    at: datetime
    counts: dict[str, int]
    undone_by: int | None

    @property
    def day(self) -> date:
        """The day of the load in the city."""
        return self.at.astimezone(VIETNAM).date()


@dataclass(frozen=True)
class Item:
    """What a load did to one record; `before` and `after` are numbers of versions, None where there is none."""

    load_id: int
    code: str
    origin: Origin
    action: str
    before: int | None
    after: int | None


class History:
    """Reads the past of a catalogue."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def loads(self, limit: int | None = None) -> list[PastLoad]:
        """Return the loads, newest first."""
        query = sa.select(load_table).order_by(load_table.c.id.desc()).limit(limit)
        with reading(self._engine) as connection:
            return [_load(row) for row in connection.execute(query)]

    def items(self, load_id: int) -> list[Item]:
        """Return what a load did, by code."""
        item = load_item_table.c
        query = sa.select(load_item_table).where(item.load_id == load_id).order_by(item.code, item.origin)
        with reading(self._engine) as connection:
            return [_item(row) for row in connection.execute(query)]

    def versions(self, code: str) -> list[Version]:
        """Return the versions of `code`, oldest first by origin; empty where there is none."""
        columns = [column for column in version_table.c if column.name not in ("payload", "raw")]
        query = sa.select(*columns).where(version_table.c.code == code)
        with reading(self._engine) as connection:
            return [_version(row) for row in connection.execute(query.order_by("origin", "number"))]

    def record(self, code: str, origin: Origin, number: int) -> Procedure:
        """Return the record of one version; raise `ProcedureUnknownError`."""
        found = self.records_of([(code, origin, number)])
        if not found:
            raise ProcedureUnknownError(f"{code} in version {origin.value}:{number}")
        return found[code, origin, number]

    def raw(self, code: str, origin: Origin, number: int) -> bytes:
        """Return the document that a version was read from; empty where none is kept."""
        version = version_table.c
        which = sa.and_(version.code == code, version.origin == origin.value, version.number == number)
        with reading(self._engine) as connection:
            return unpack_raw(connection.scalar(sa.select(version.raw).where(which)))

    def records_of(
        self, wanted: list[tuple[str, Origin, int]], raw_refs: bool = True
    ) -> dict[tuple[str, Origin, int], Procedure]:
        """Return the records of many versions, with or without `raw_refs`; those that do not exist are left out."""
        found: dict[tuple[str, Origin, int], Procedure] = {}
        version = version_table.c
        columns = (version.code, version.origin, version.number, version.seen_on, version.payload)
        asked = {(code, origin.value, number) for code, origin, number in wanted}
        codes = sorted({code for code, _, _ in wanted})
        with reading(self._engine) as connection:
            for start in range(0, len(codes), _CHUNK):
                query = sa.select(*columns).where(version.code.in_(codes[start : start + _CHUNK]))
                for code, name, number, seen_on, payload in connection.execute(query):
                    if (code, name, number) in asked:
                        origin = Origin(name)
                        found[code, origin, number] = unpack(payload, origin, number, seen_on, raw_refs)
        return found

    def state_after(self, load_id: int) -> dict[tuple[str, Origin], int]:
        """Return which version of each record held once load `load_id` was done."""
        item = load_item_table.c
        last = (
            sa.select(item.code, item.origin, sa.func.max(item.load_id).label("load_id"))
            .where(item.load_id <= load_id)
            .group_by(item.code, item.origin)
            .subquery()
        )
        joined = load_item_table.join(
            last,
            sa.and_(item.code == last.c.code, item.origin == last.c.origin, item.load_id == last.c.load_id),
        )
        query = sa.select(item.code, item.origin, item.after).select_from(joined).where(item.after.is_not(None))
        with reading(self._engine) as connection:
            return {(code, Origin(origin)): after for code, origin, after in connection.execute(query)}

    def load_on(self, day: date) -> int:
        """Return the last load that was done by the end of `day` in the city; 0 where there was none yet."""
        end = datetime.combine(day + timedelta(days=1), datetime.min.time(), VIETNAM)
        query = sa.select(load_table.c.id, load_table.c.at).order_by(load_table.c.id.desc())
        with reading(self._engine) as connection:
            return next((number for number, at in connection.execute(query) if _utc(at) < end), 0)

    def walk(self) -> Iterator[tuple[PastLoad, list[Item]]]:
        """Yield every load with what it did, oldest first."""
        with reading(self._engine) as connection:
            loads = [_load(row) for row in connection.execute(sa.select(load_table).order_by(load_table.c.id))]
            for load in loads:
                yield load, _items(connection, load.id)


def _items(connection: Connection, load_id: int) -> list[Item]:
    item = load_item_table.c
    query = sa.select(load_item_table).where(item.load_id == load_id).order_by(item.code, item.origin)
    return [_item(row) for row in connection.execute(query)]


def _load(row: Any) -> PastLoad:
    own = {name: row[name] for name in ("id", "kind", "source", "by", "why", "undone_by")}
    return PastLoad(**own, origin=Origin(row["origin"]), at=_utc(row["at"]), counts=json.loads(row["counts"]))


def _item(row: Any) -> Item:
    return Item(row["load_id"], row["code"], Origin(row["origin"]), row["action"], row["before"], row["after"])


def _version(row: Any) -> Version:
    own = {column: row[column] for column in row._mapping}
    changed = {
        "origin": Origin(row["origin"]),
        "completeness": Completeness(row["completeness"]),
        "status": RecordStatus(row["status"]),
        "first_seen": _utc(row["first_seen"]),
    }
    return Version(**(own | changed))


def _utc(moment: datetime) -> datetime:
    """SQLite gives moments back without their zone; they were written in UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
