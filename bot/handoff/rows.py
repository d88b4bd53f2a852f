"""Requests as rows: read, begin, change by compare-and-set, add to the history. Called inside others' transactions."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, insert, select, update
from sqlalchemy.engine import Connection, Row

from bot.handoff.models import (
    SYSTEM,
    Asked,
    Deed,
    HistoryLine,
    Officer,
    Outcome,
    Request,
    RequestState,
    Summary,
    Trigger,
)
from bot.handoff.tables import HANDOFF_EVENT, HANDOFF_NOTE, HANDOFF_REQUEST
from bot.store.prepared import Prepared

OPEN = (RequestState.WAITING.value, RequestState.HELD.value)
SUMMARY_LENGTH = 300
"""Characters of each part of a summary."""


_BY_ID = Prepared(select(HANDOFF_REQUEST).where(HANDOFF_REQUEST.c.id == bindparam("the_id")))
_OPEN_OF = Prepared(select(HANDOFF_REQUEST).where(HANDOFF_REQUEST.c.open_key == bindparam("the_id")))
_HISTORY = Prepared(
    select(HANDOFF_EVENT, HANDOFF_NOTE.c.text)
    .select_from(HANDOFF_EVENT.outerjoin(HANDOFF_NOTE, HANDOFF_NOTE.c.event_id == HANDOFF_EVENT.c.id))
    .where(HANDOFF_EVENT.c.request_id == bindparam("the_id"))
    .order_by(HANDOFF_EVENT.c.id)
)


def find_request(connection: Connection, request_id: str) -> Request | None:
    """Return a request, also one that is over."""
    row = _BY_ID.first(connection, the_id=request_id)
    return None if row is None else request_of(row)


def find_open(connection: Connection, conversation_id: str) -> Request | None:
    """Return a conversation's open request."""
    row = _OPEN_OF.first(connection, the_id=conversation_id)
    return None if row is None else request_of(row)


def begin_request(
    connection: Connection, conversation_id: str, channel: str, asked: Asked, at: datetime, **values: Any
) -> Request:
    """Add a request that waits, unless `values` say otherwise; its conversation's row is locked."""
    request_id = str(uuid.uuid4())
    row = {
        "id": request_id,
        "open_key": conversation_id,
        "conversation_id": conversation_id,
        "channel": channel,
        "unit": asked.unit,
        "state": RequestState.WAITING.value,
        "version": 0,
        "trigger": asked.trigger.value,
        "urgent": asked.urgent,
        "summary": {name: text[:SUMMARY_LENGTH] for name, text in asdict(asked.summary).items() if text},
        "asked_at": at,
        "waiting_since": at,
        "officer_id": "",
        "officer_name": "",
        "offered_to": "",
        "offered_to_name": "",
        "outcome": "",
        "reason": "",
    }
    connection.execute(insert(HANDOFF_REQUEST).values(**(row | values)))
    found = find_request(connection, request_id)
    assert found is not None  # noqa: S101 - just written
    return found


def change_request(connection: Connection, request: Request, **values: Any) -> bool:
    """Change a request as it was read; False where somebody else has changed it since."""
    same = and_(HANDOFF_REQUEST.c.id == request.id, HANDOFF_REQUEST.c.version == request.version)
    change = update(HANDOFF_REQUEST).where(same).values(**values, version=request.version + 1)
    return bool(connection.execute(change).rowcount)


def add_event(
    connection: Connection,
    request_id: str,
    deed: Deed,
    at: datetime,
    by: Officer = SYSTEM,
    code: str = "",
    seq: int | None = None,
    words: str = "",
) -> int:
    """Add a line to the history; return its number. code: why a rule acted; words: an officer's, kept apart."""
    line = {
        "request_id": request_id,
        "at": at,
        "deed": deed.value,
        "by_id": by.id,
        "by_name": by.name,
        "why": code,
        "seq": seq,
    }
    event_id = int(connection.execute(insert(HANDOFF_EVENT).values(**line)).inserted_primary_key[0])
    if words:
        add_note(connection, request_id, at, by, words, event_id=event_id)
    return event_id


def add_note(
    connection: Connection,
    request_id: str,
    at: datetime,
    by: Officer,
    text: str,
    mentions: tuple[str, ...] = (),
    event_id: int | None = None,
) -> str:
    """Keep an officer's words beside a request; return their id."""
    note_id = str(uuid.uuid4())
    note = {
        "id": note_id,
        "request_id": request_id,
        "at": at,
        "by_id": by.id,
        "by_name": by.name,
        "text": text,
        "mentions": list(mentions),
        "event_id": event_id,
    }
    connection.execute(insert(HANDOFF_NOTE).values(**note))
    return note_id


def note_citizen_spoke(connection: Connection, conversation_id: str, at: datetime) -> None:
    """The citizen has written to the officer, or to whoever will be: what was put aside comes back.

    The version stays: an officer's step at the same moment is not to fail because of it. The conversation is locked.
    """
    request = find_open(connection, conversation_id)
    if request is None:
        return
    mine = HANDOFF_REQUEST.c.id == request.id
    connection.execute(update(HANDOFF_REQUEST).where(mine).values(citizen_spoke_at=at, snoozed_until=None))
    if request.snoozed_until is not None:
        add_event(connection, request.id, Deed.WOKEN, at, code="citizen")


def history_of(connection: Connection, request_id: str) -> list[HistoryLine]:
    """Return what happened to a request, the oldest first."""
    return [
        HistoryLine(row.request_id, row.at, Deed(row.deed), row.by_id, row.by_name, row.text or row.why, row.seq)
        for row in _HISTORY.all(connection, the_id=request_id)
    ]


_COLUMNS = tuple(name for name in Request.__dataclass_fields__ if name in HANDOFF_REQUEST.c)


def request_of(row: Row) -> Request:
    """Return a row as a dataclass."""
    values = {name: getattr(row, name) for name in _COLUMNS}
    return Request(
        **values
        | {
            "state": RequestState(row.state),
            "trigger": Trigger(row.trigger),
            "summary": Summary(**row.summary),
            "outcome": Outcome(row.outcome) if row.outcome else None,
        }
    )
