"""The register of what citizens ask about their data. It names nobody once a request is over."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, insert, or_, select, update
from sqlalchemy.engine import Connection, Row
from sqlalchemy.sql import ColumnElement

from bot.errors import PrivacyStepError
from bot.ops.clock import city_date
from bot.ops.logging import new_reference
from bot.privacy.models import (
    ACKNOWLEDGE_WORKING_DAYS,
    DAYS,
    GRACE,
    OVER,
    DataRequest,
    Field,
    RequestKind,
    RequestOutcome,
    RequestState,
    Right,
)
from bot.privacy.tables import REQUEST
from knowledge.working_days import Calendar

PREFIX = "DL-"
BY_SYSTEM = "system"
_OVER = tuple(state.value for state in OVER)
_ASKED_AGAIN: dict[str, Any] = dict.fromkeys(("conversation_id", "petition_code", "right_value", "old_value"))


def begin(
    connection: Connection,
    calendar: Calendar,
    kind: RequestKind,
    conversation_id: str | None,
    channel: str,
    now: datetime,
    petition_code: str | None = None,
    waits: bool = False,
    grace: timedelta = GRACE,
    right: Right | None = None,
    claimed: str | None = None,
) -> DataRequest:
    """Return the open request of this kind, or a new one: who asks twice has asked once.

    conversation_id: None only with a petition, whose conversation is gone. waits: for a person, as those about a
    petition do. grace: so long the system leaves it alone. right: what is to stand where; of one field the last counts.
    claimed: the number or address under which it is said to be held; nobody has looked.
    """
    same = and_(REQUEST.c.kind == kind.value, _open_of(conversation_id))
    same = and_(same, REQUEST.c.petition_code == petition_code) if petition_code else same
    if right is not None:
        same = and_(same, REQUEST.c.correct_field == right.of.value, REQUEST.c.state != RequestState.APPLIED.value)
    nobodys = conversation_id is None and petition_code is None  # a terminal's: nothing says who asked before
    known = None if nobodys else connection.execute(select(REQUEST).where(same)).first()
    if known is not None and right is not None:
        values = {"right_value": right.value, "old_value": claimed}
        mark(connection, request_of(known), RequestState(known.state), **values)
        return request_of(connection.execute(select(REQUEST).where(REQUEST.c.id == known.id)).one())
    if known is not None:
        return _sooner(connection, request_of(known), now + grace)
    day = city_date(now)
    new = DataRequest(
        id=str(uuid.uuid4()),
        receipt=f"{PREFIX}{new_reference()}",
        kind=kind,
        state=RequestState.WAITING if petition_code or waits else RequestState.CONFIRMED,
        channel=channel,
        conversation_id=conversation_id,
        petition_code=petition_code,
        asked_at=now,
        act_after=now + grace,
        acknowledge_by=calendar.add(day, ACKNOWLEDGE_WORKING_DAYS).day,
        due_on=day + timedelta(days=DAYS[kind]),
        correct_field=right.of if right else None,
        right_value=right.value if right else None,
        old_value=claimed,
    )
    row = asdict(new) | {"kind": kind.value, "state": new.state.value, "outcome": new.outcome.value}
    row |= {"correct_field": right.of.value if right else None}
    connection.execute(insert(REQUEST).values(**row))
    return new


def _sooner(connection: Connection, known: DataRequest, act_after: datetime) -> DataRequest:
    """Who has asked for an erasure at the desk, and says so again in the chat, does not wait for the day to be over."""
    if known.state is not RequestState.CONFIRMED or known.act_after <= act_after:
        return known
    mark(connection, known, known.state, act_after=act_after)
    return replace(known, act_after=act_after)


def end(
    connection: Connection, request: DataRequest, state: RequestState, outcome: RequestOutcome, by: str, now: datetime
) -> None:
    """A request is over: when and how stays, whose it was goes."""
    values = {"state": state.value, "outcome": outcome.value, "by": by, "done_at": now, **_ASKED_AGAIN}
    if request.acknowledged_at is None:
        values["acknowledged_at"] = now
    connection.execute(update(REQUEST).where(REQUEST.c.id == request.id).values(**values))


def mark(connection: Connection, request: DataRequest, state: RequestState, **values: Any) -> None:
    """Take a request one step further."""
    connection.execute(update(REQUEST).where(REQUEST.c.id == request.id).values(state=state.value, **values))


def open_erasure(connection: Connection, conversation_id: str) -> DataRequest | None:
    """Return a conversation's erasure that is still to come."""
    mine = and_(REQUEST.c.kind == RequestKind.ERASE.value, _open_of(conversation_id))
    row = connection.execute(select(REQUEST).where(mine)).first()
    return None if row is None else request_of(row)


def seen_at(connection: Connection, moment: datetime) -> DataRequest | None:
    """Return the request to see one's data that was carried out at that very moment."""
    row = connection.execute(
        select(REQUEST).where(REQUEST.c.kind == RequestKind.SEE.value, REQUEST.c.done_at == moment)
    ).first()
    return None if row is None else request_of(row)


def due(connection: Connection, now: datetime, most: int) -> list[DataRequest]:
    """Return the erasures that may be carried out, the oldest first."""
    ripe = and_(REQUEST.c.state == RequestState.CONFIRMED.value, REQUEST.c.act_after <= now)
    of_it = and_(REQUEST.c.kind == RequestKind.ERASE.value, or_(ripe, REQUEST.c.state == RequestState.ERASED.value))
    return find_all(connection, of_it)[:most]


def open_about(
    connection: Connection, conversation_id: str | None = None, code: str | None = None
) -> list[DataRequest]:
    """Return the open requests about a conversation, or about a petition whoever asked."""
    mine = REQUEST.c.petition_code == code if code else REQUEST.c.conversation_id == conversation_id
    return find_all(connection, and_(mine, is_open()))


def find_all(connection: Connection, *where: ColumnElement[bool]) -> list[DataRequest]:
    """Return the requests that fit, the oldest first."""
    rows = connection.execute(select(REQUEST).where(*where).order_by(REQUEST.c.asked_at))
    return [request_of(row) for row in rows]


def is_open() -> ColumnElement[bool]:
    """Requests that are not over."""
    return REQUEST.c.state.notin_(_OVER)


def step_of_person(connection: Connection, receipt: str, by: str, change: Callable[[DataRequest], None]) -> DataRequest:
    """Have a person in charge change an open request; raise `PrivacyStepError` where there is none."""
    row = connection.execute(select(REQUEST).where(REQUEST.c.receipt == receipt.strip().upper(), is_open())).first()
    if row is None or not by.strip():
        raise PrivacyStepError("no open request of that receipt, or no person named", receipt=receipt[:16])
    change(request_of(row))
    return request_of(connection.execute(select(REQUEST).where(REQUEST.c.id == row.id)).one())


def request_of(row: Row) -> DataRequest:
    """Return a row as a dataclass."""
    values = dict(row._mapping)
    values |= {"kind": RequestKind(row.kind), "state": RequestState(row.state), "outcome": RequestOutcome(row.outcome)}
    values |= {"correct_field": Field(row.correct_field) if row.correct_field else None}
    return DataRequest(**values)


def _open_of(conversation_id: str | None) -> ColumnElement[bool]:
    return and_(REQUEST.c.conversation_id == conversation_id, is_open())
