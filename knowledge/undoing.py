"""Taking a load back: its records become again what they were, and what it brought is not taken in a second time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from knowledge.errors import LoadNotUndoableError
from knowledge.models import Origin
from knowledge.search_rows import search_text
from knowledge.tables import load_item_table, load_table, old_code_table, record_table, version_table
from knowledge.versions import unpack
from knowledge.writing import Load, WriteReport, next_load_id, touch_revision, write_load, write_old_codes

_SHOWN = 5


class Undoer:
    """Undoes one load in the transaction that the caller opened."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection, self._now = connection, now

    def undo(self, load_id: int, by: str, why: str) -> WriteReport:
        """Undo the load; raise `LoadNotUndoableError` where it is unknown, undone, or a later load stands on it."""
        load = self._connection.execute(sa.select(load_table).where(load_table.c.id == load_id)).first()
        if load is None:
            raise LoadNotUndoableError(f"there is no load {load_id}")
        if load.undone_by is not None:
            raise LoadNotUndoableError(f"load {load_id} was taken back already, by load {load.undone_by}")
        if load.origin == Origin.CURATED.value:
            raise LoadNotUndoableError(
                "curated records live in files: `python -m knowledge revert CODE curated:NUMBER`"
            )
        items = self._connection.execute(sa.select(load_item_table).where(load_item_table.c.load_id == load_id)).all()
        self._refuse_later(load_id, items)
        report = WriteReport(load_id=next_load_id(self._connection))
        for item in items:
            self._put_back(item, report)
        self._mark(load_id, items, report)
        own = Load("undo", source=f"load {load_id}", by=by, why=why)
        write_load(self._connection, Origin(load.origin), own, report, self._now)
        touch_revision(self._connection, self._now)
        return report

    def _refuse_later(self, load_id: int, items: list[Any]) -> None:
        current = {
            (row.code, row.origin): row.number
            for row in self._connection.execute(
                sa.select(record_table.c.code, record_table.c.origin, record_table.c.number)
            )
        }
        moved = [item.code for item in items if current.get((item.code, item.origin)) != item.after]
        if moved:
            shown = ", ".join(moved[:_SHOWN]) + (f" and {len(moved) - _SHOWN} more" if len(moved) > _SHOWN else "")
            raise LoadNotUndoableError(
                f"a later load changed what load {load_id} brought: {shown}; take that one back first"
            )

    def _put_back(self, item: Any, report: WriteReport) -> None:
        key = sa.and_(record_table.c.code == item.code, record_table.c.origin == item.origin)
        self._connection.execute(sa.delete(record_table).where(key))
        self._connection.execute(sa.delete(old_code_table).where(old_code_table.c.code == item.code))
        report.removed += item.before is None
        report.added += item.after is None
        report.changed += item.before is not None and item.after is not None
        if item.before is not None:
            self._restore(item)
        swapped = {"action": "undone", "before": item.after, "after": item.before, "load_id": report.load_id}
        row = {"code": item.code, "origin": item.origin} | swapped
        self._connection.execute(sa.insert(load_item_table), row)

    def _restore(self, item: Any) -> None:
        version, origin = version_table.c, Origin(item.origin)
        which = sa.and_(version.code == item.code, version.origin == item.origin, version.number == item.before)
        row = self._connection.execute(sa.select(version.payload, version.seen_on).where(which)).one()
        record = unpack(row.payload, origin, item.before, row.seen_on)
        values = {"code": item.code, "origin": item.origin, "number": item.before}
        found = {"applies_to_city": record.applies_to_city, "search": search_text(record)}
        self._connection.execute(sa.insert(record_table), values | found)
        write_old_codes(self._connection, record, origin)

    def _mark(self, load_id: int, items: list[Any], report: WriteReport) -> None:
        undone = {"undone_by": report.load_id}
        self._connection.execute(sa.update(load_table).where(load_table.c.id == load_id).values(undone))
        version = version_table.c
        for item in items:
            # Taking back an undo, or a removal, does not forbid the record that it puts back.
            if item.after is not None and item.action in ("added", "changed"):
                which = sa.and_(version.code == item.code, version.origin == item.origin, version.number == item.after)
                self._connection.execute(sa.update(version_table).where(which).values(undone))
