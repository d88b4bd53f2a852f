"""Reading and writing the events of a conversation by statements that are made once. The table is Rasa's own.

Rasa builds its queries anew each time, counts what is stored before it writes, and takes the way through the ORM:
a quarter of a turn.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.constants import ASSISTANT_ID_KEY
from rasa.shared.core.events import Event, SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITIES, INTENT, METADATA_MODEL_ID
from sqlalchemy.engine import Connection, Engine

from bot.ops import quick_json
from bot.ops.logging import EventLog
from bot.rasa_runtime.bounding import READ
from bot.rasa_runtime.scrubbing import STORED
from bot.store.checkpoints import Checkpoints
from bot.store.kept_on_server import KeptOnServer
from bot.store.prepared import Prepared

EVENTS = SQLTrackerStore.SQLEvent.__table__
log = EventLog("rasa")


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


def _reading(newest_session: bool) -> Prepared:
    return Prepared(_of_sender(EVENTS.c.data, newest_session=newest_session).order_by(EVENTS.c.id))


_READ_SESSION, _READ_ALL = _reading(True), _reading(False)
_COUNT = Prepared(_of_sender(sa.func.count(), newest_session=True))
_INSERT = EVENTS.insert()
_WRITE = Prepared(_INSERT.inline(), *(column.name for column in EVENTS.c if not column.primary_key))
_BEGINNING = SessionStarted.type_name


class QuickEventRows:
    """Put before Rasa's SQL tracker store."""

    _held: Connection | None = None
    _kept: KeptOnServer | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._checkpoints = Checkpoints()

    async def _retrieve(self, sender_id: str, fetch_events_from_all_sessions: bool) -> DialogueStateTracker | None:
        store: Any = self
        if fetch_events_from_all_sessions:
            rows = self._look(lambda connection: _READ_ALL.all(connection, sender=sender_id))
        else:
            session = {"sender": sender_id, "beginning": _BEGINNING}
            rows = self._look(lambda connection: _READ_SESSION.all(connection, **session))
        if not store.domain or not rows:
            return None
        events = [quick_json.read(row[0]) for row in rows]
        tracker = DialogueStateTracker.from_dict(sender_id, events, store.domain.slots)
        if not fetch_events_from_all_sessions:
            setattr(tracker, STORED, len(events))
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write the events that the table does not hold yet; all of them or none."""
        if not tracker.events:  # Rasa saves every tracker it makes, before anything happened
            return
        await self.stream_events(tracker)
        stored = getattr(tracker, STORED, None)
        if stored is None:  # not one that was read here
            session = {"sender": tracker.sender_id, "beginning": _BEGINNING}
            stored = self._look(lambda connection: _COUNT.scalar(connection, **session))
        new = list(tracker.events)[stored:]
        if new:
            rows = [_row(tracker.sender_id, event) for event in new]
            self._change(lambda connection: _write(connection, rows))
            self._move_log()
        setattr(tracker, STORED, len(tracker.events))
        setattr(tracker, READ, len(tracker.events))

    def _move_log(self) -> None:
        """Have another thread move SQLite's log now and then, instead of the one that answers."""
        engine: Any = self.engine  # type: ignore[attr-defined]
        if engine.dialect.name == "sqlite" and self._checkpoints.due():
            asyncio.get_running_loop().run_in_executor(None, _move_log, engine, self._checkpoints)

    async def stream_events(self, tracker: DialogueStateTracker) -> None:
        """Tell a broker what is new since the tracker was read; to find that out Rasa reads it once more."""
        store: Any = self
        read = getattr(tracker, READ, None)
        if store.event_broker is None:
            return
        if read is None:
            await super().stream_events(tracker)  # type: ignore[misc]
        else:
            await store._stream_new_events(store.event_broker, list(tracker.events)[read:], tracker.sender_id)

    def _look(self, work: Callable[[Connection], Any]) -> Any:
        server = self._server()
        if server is not None:
            return server.read(work)
        with self._connection() as connection:
            return work(connection)

    def _change(self, work: Callable[[Connection], None]) -> None:
        server = self._server()
        if server is not None:
            return server.transaction(work)
        with self._connection() as connection, connection.begin():
            return work(connection)

    def _server(self) -> KeptOnServer | None:
        """PostgreSQL; None for another database."""
        engine: Any = self.engine  # type: ignore[attr-defined]
        if engine.dialect.name == "postgresql" and (self._kept is None or self._kept.engine is not engine):
            self._kept = KeptOnServer(engine)
        return self._kept

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        """SQLite's is kept for as long as all goes well; of other databases Rasa's pool knows."""
        engine: Any = self.engine  # type: ignore[attr-defined]
        if engine.dialect.name != "sqlite":
            with engine.connect() as connection:
                yield connection
            return
        held, self._held = self._held, None
        if held is not None and (held.closed or held.engine is not engine):
            held.close()
            held = None
        held = held or engine.connect()
        try:
            yield held
        except BaseException:
            held.close()
            raise
        self._held = held


def _move_log(engine: Engine, checkpoints: Checkpoints) -> None:
    try:
        with engine.connect() as connection:
            try:
                checkpoints.move(connection.connection.dbapi_connection)
            except sqlite3.Error:
                connection.invalidate()  # else the next time has it again
                raise
    except (sa.exc.SQLAlchemyError, sqlite3.Error) as error:  # who reads or writes hears of what is wrong
        log.warning("log_not_moved", error=type(error).__name__)


def _write(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """With other databases SQLAlchemy knows how they number rows."""
    if connection.dialect.name in ("sqlite", "postgresql"):
        _WRITE.run_each(connection, rows)
    else:
        connection.execute(_INSERT, rows)


def _row(sender_id: str, event: Event) -> dict[str, Any]:
    data = event.as_dict()
    parsed = data.get("parse_data") or {}
    return {
        "sender_id": sender_id,
        "type_name": event.type_name,
        "timestamp": data.get("timestamp"),
        "intent_name": (parsed.get("intent") or {}).get("name"),
        "action_name": data.get("name"),
        "data": quick_json.write(_kept(data, parsed)),
    }


def _kept(data: dict[str, Any], parsed: dict[str, Any]) -> dict[str, Any]:
    """What of an event is kept: a third less than all. `data` itself stays whole.

    What components found out about a message is read while it is answered only, but for `_OF_PARSED`; its text,
    metadata and name stand beside it and are put back by Rasa. Which model it was stands with the message, and not
    with all that came of it once more.
    """
    if "parse_data" in data:
        return {**data, "parse_data": {name: parsed[name] for name in _OF_PARSED if name in parsed}}
    metadata = data.get("metadata")
    if not metadata or data["event"] == _BEGINNING:
        return data
    data = {**data, "metadata": {name: value for name, value in metadata.items() if name not in _OF_MODEL}}
    if not data["metadata"]:
        del data["metadata"]
    return data


_OF_PARSED = (INTENT, ENTITIES, "story_offer")
"""What rules and actions look at in messages of before (the last: bot/nlu/story_words.py)."""
_OF_MODEL = {METADATA_MODEL_ID, ASSISTANT_ID_KEY}
