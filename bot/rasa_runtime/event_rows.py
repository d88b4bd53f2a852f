"""Reading and writing the events of a conversation by statements that are made once. The table is Rasa's own.

Rasa builds its queries anew each time, counts what is stored before it writes, and takes the way through the ORM:
a quarter of a turn.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.events import Event, SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.engine import Dialect, Engine

EVENTS = SQLTrackerStore.SQLEvent.__table__
_STORED = "_motcua_stored"
"""Attribute of a tracker that was read or written: how many of its events the table holds."""


def _of_sender(*columns: Any, newest_session: bool) -> sa.sql.Select:
    """The events of `:sender`; those of the newest session are the ones not older than its start (docs/adr/0008)."""
    query = sa.select(*columns).where(EVENTS.c.sender_id == sa.bindparam("sender"))
    if not newest_session:
        return query
    start = (
        sa.select(sa.func.max(EVENTS.c.timestamp))
        .where(EVENTS.c.sender_id == sa.bindparam("sender"), EVENTS.c.type_name == sa.bindparam("beginning"))
        .scalar_subquery()
    )
    return query.where(sa.or_(EVENTS.c.timestamp >= start, start.is_(None)))


_READ = {newest: _of_sender(EVENTS.c.data, newest_session=newest).order_by(EVENTS.c.id) for newest in (True, False)}
_COUNT = _of_sender(sa.func.count(), newest_session=True)
_WRITE = EVENTS.insert()


class QuickEventRows:
    """Put before Rasa's SQL tracker store."""

    async def _retrieve(self, sender_id: str, fetch_events_from_all_sessions: bool) -> DialogueStateTracker | None:
        store: Any = self
        query = _READ[not fetch_events_from_all_sessions]
        events = [json.loads(row[0]) for row in _rows(store.engine, query, sender_id)]
        if not store.domain or not events:
            return None
        tracker = DialogueStateTracker.from_dict(sender_id, events, store.domain.slots)
        if not fetch_events_from_all_sessions:
            setattr(tracker, _STORED, len(events))
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write the events that the table does not hold yet; all of them or none."""
        if not tracker.events:  # Rasa saves every tracker it makes, before anything happened
            return
        store: Any = self
        await store.stream_events(tracker)
        stored = getattr(tracker, _STORED, None)
        if stored is None:  # not one that was read here
            stored = _rows(store.engine, _COUNT, tracker.sender_id)[0][0]
        new = list(tracker.events)[stored:]
        if new:
            _write(store.engine, [_row(tracker.sender_id, event) for event in new])
        setattr(tracker, _STORED, len(tracker.events))


def _rows(engine: Engine, query: sa.sql.Select, sender_id: str) -> list[Any]:
    """Run a query on the driver's cursor: what SQLAlchemy does around it takes longer than the database."""
    sql, names = _compiled(query, engine.dialect)
    given = {"sender": sender_id, "beginning": SessionStarted.type_name}
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(sql, given if names is None else tuple(given[name] for name in names))
        return list(cursor.fetchall())
    finally:
        connection.close()  # back into the pool, as it was


def _write(engine: Engine, rows: list[dict[str, Any]]) -> None:
    """Write all rows or none. To PostgreSQL SQLAlchemy sends them in one statement, with numbers of its sequence."""
    if engine.dialect.name != "sqlite":
        with engine.begin() as transaction:
            transaction.execute(_WRITE, rows)
        return
    sql, names = _compiled(_WRITE, engine.dialect)
    connection = engine.raw_connection()
    try:
        connection.cursor().executemany(sql, [tuple(row[name] for name in names or ()) for row in rows])
        connection.commit()
    finally:
        connection.close()  # takes back what was not committed


@lru_cache(maxsize=16)
def _compiled(statement: sa.sql.ClauseElement, dialect: Dialect) -> tuple[str, tuple[str, ...] | None]:
    """The statement's text, and the names of its parameters in order; None for a driver that takes them by name."""
    columns = [column.name for column in EVENTS.c if not column.primary_key] if statement is _WRITE else None
    compiled: Any = statement.compile(dialect=dialect, column_keys=columns)
    return str(compiled), tuple(compiled.positiontup) if compiled.positional else None


def _row(sender_id: str, event: Event) -> dict[str, Any]:
    data = event.as_dict()
    return {
        "sender_id": sender_id,
        "type_name": event.type_name,
        "timestamp": data.get("timestamp"),
        "intent_name": ((data.get("parse_data") or {}).get("intent") or {}).get("name"),
        "action_name": data.get("name"),
        "data": json.dumps(data),
    }
