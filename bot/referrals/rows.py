"""Rows of requests read and written, each change with its line of history; called inside a transaction."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, insert, select, update
from sqlalchemy.engine import Connection

from bot.referrals.models import OPEN, STEPS, Level, Referral, ReferralState, TimeWish, Way
from bot.referrals.tables import PERSONAL, REFERRAL, REFERRAL_EVENT, REFERRAL_WORD
from knowledge.how_to.models import HelpKind

BY_CITIZEN, BY_JOB = "citizen", "job"
LONGEST = {"phone": 20, "called": 40, "neighbourhood": 80, "about": 240}
OPEN_STATES = tuple(state.value for state in OPEN)


def referral_of(row: Any) -> Referral:
    """Return a row as a request."""
    texts: dict[str, Any] = {
        name: getattr(row, name) or "" for name in ("reference", "phone", "called", "about", "sender")
    }
    same = ("id", "person", "commune_code", "guide", "step", "procedure_code", "neighbourhood", "queue", "due_on")
    moments = ("begun_at", "consented_at", "filed_at", "confirmed_at", "helped_at", "closed_at")
    return Referral(
        state=ReferralState(row.state),
        kind=HelpKind(row.kind) if row.kind else None,
        wish=TimeWish(row.wish) if row.wish else None,
        way=Way(row.way) if row.way else None,
        level=Level(row.level),
        outcome=row.outcome,
        came=row.came,
        opened=row.opened,
        **{name: getattr(row, name) for name in (*same, *moments)},
        **texts,
    )


def find_by(connection: Connection, *conditions: Any) -> Referral | None:
    """Return the newest request that fits."""
    row = connection.execute(select(REFERRAL).where(*conditions).order_by(REFERRAL.c.begun_at.desc()).limit(1)).first()
    return referral_of(row) if row else None


def find_all(connection: Connection, *conditions: Any) -> list[Referral]:
    """Return the requests that fit, the oldest first."""
    query = select(REFERRAL).where(*conditions).order_by(REFERRAL.c.filed_at, REFERRAL.c.begun_at)
    return [referral_of(row) for row in connection.execute(query)]


def open_referral_of(connection: Connection, sender: str) -> Referral | None:
    """Return what a conversation has asked for and is still open."""
    return find_by(connection, REFERRAL.c.sender == sender, REFERRAL.c.state.in_(OPEN_STATES))


def correct_referral(connection: Connection, sender: str, reference: str, column: str, value: str) -> bool:
    """Put right what this conversation has left for the team; False where the request is over."""
    mine = (REFERRAL.c.sender == sender, REFERRAL.c.reference == reference, REFERRAL.c.state.in_(OPEN_STATES))
    right = {column: value[: LONGEST[column]]}
    return bool(connection.execute(update(REFERRAL).where(*mine).values(**right)).rowcount)


def change(connection: Connection, one: Referral, values: Mapping[str, Any]) -> bool:
    """Change a request as it was read; False where somebody was faster and it stands otherwise by now."""
    as_read = and_(REFERRAL.c.id == one.id, REFERRAL.c.state == one.state.value, REFERRAL.c.level == one.level.value)
    return bool(connection.execute(update(REFERRAL).where(as_read).values(**values)).rowcount)


def move(
    connection: Connection,
    one: Referral,
    to: ReferralState,
    by: str,
    at: datetime,
    why: str = "",
    **values: Any,
) -> bool:
    """Take a request one step further. A step that ends it erases what is personal, in this transaction."""
    if to not in STEPS.get(one.state, frozenset()):
        return False
    if to not in OPEN:
        values |= {**dict.fromkeys(PERSONAL), "closed_at": at, "due_on": None}
    if not change(connection, one, {"state": to.value, **values}):
        return False
    add_event(connection, one.id, to.value, by, at, why)
    return True


def add_event(connection: Connection, referral_id: str, what: str, by: str, at: datetime, why: str = "") -> None:
    """Write a line of history."""
    row = {"id": str(uuid.uuid4()), "referral_id": referral_id, "at": at, "what": what}
    connection.execute(insert(REFERRAL_EVENT).values(**row, by=by.strip()[:80], why=why[:40]))


def add_word(
    connection: Connection, one: Referral, key: str, kind: str, content: Mapping[str, Any], at: datetime
) -> bool:
    """Store a word to the citizen; False where the same `key` was stored before, or nobody is there to hear it."""
    known = select(REFERRAL_WORD.c.id).where(REFERRAL_WORD.c.key == key)
    if not one.sender or connection.execute(known).first() is not None:
        return False
    row = {"id": str(uuid.uuid4()), "referral_id": one.id, "key": key, "kind": kind, "content": dict(content)}
    connection.execute(insert(REFERRAL_WORD).values(**row, sender=one.sender, made_at=at))
    return True


def events_of(connection: Connection, referral_id: str) -> list[tuple[datetime, str, str, str]]:
    """Return (when, what, by, why) of a request, in order."""
    query = select(REFERRAL_EVENT).where(REFERRAL_EVENT.c.referral_id == referral_id).order_by(REFERRAL_EVENT.c.at)
    return [(row.at, row.what, row.by, row.why) for row in connection.execute(query)]


def is_due(day: date) -> Any:
    """Return the condition of what should have gone on before `day`."""
    return and_(REFERRAL.c.state.in_(OPEN_STATES), REFERRAL.c.due_on < day)
