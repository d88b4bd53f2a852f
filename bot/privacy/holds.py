"""Holds: nothing of a class, or of one conversation, is erased while one stands. With a reason and a person, always."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, insert, select, update
from sqlalchemy.engine import Connection, Row

from bot.errors import PrivacyStepError
from bot.hub.tables import CONVERSATION
from bot.privacy.inventory import data_classes
from bot.privacy.tables import HOLD

CLASS, CONVERSATION_SCOPE = "class", "conversation"
SHORTEST_REASON = 10


@dataclass(frozen=True)
class Hold:
    """scope: "class" or "conversation". name: of the class, or the conversation's id."""

    id: int
    scope: str
    name: str
    reason: str
    by: str
    since: datetime
    released_at: datetime | None = None


def place(connection: Connection, name: str, reason: str, by: str, now: datetime) -> Hold:
    """Put a class or a conversation on hold; raise `PrivacyStepError` where there is none, or no reason or person."""
    reason, by = _checked(reason, by)
    known = connection.execute(select(CONVERSATION.c.id).where(CONVERSATION.c.id == name)).first() is not None
    if name not in data_classes() and not known:
        raise PrivacyStepError("neither a class nor a conversation", name=name[:40])
    row = {"scope": CONVERSATION_SCOPE if known else CLASS, "name": name, "reason": reason, "by": by, "since": now}
    key = connection.execute(insert(HOLD).values(**row)).inserted_primary_key[0]
    return Hold(int(key), **row)  # type: ignore[arg-type]


def release(connection: Connection, hold_id: int, reason: str, by: str, now: datetime) -> None:
    """End a hold; raise `PrivacyStepError` where there is none that stands."""
    reason, by = _checked(reason, by)
    standing = and_(HOLD.c.id == hold_id, HOLD.c.released_at.is_(None))
    values = {"released_by": by, "released_reason": reason, "released_at": now}
    if connection.execute(update(HOLD).where(standing).values(**values)).rowcount == 0:
        raise PrivacyStepError("no such hold stands", hold=hold_id)


def standing(connection: Connection) -> list[Hold]:
    """Return the holds that stand, the oldest first."""
    rows = connection.execute(select(HOLD).where(HOLD.c.released_at.is_(None)).order_by(HOLD.c.id))
    return [_hold(row) for row in rows]


def is_held(connection: Connection, name: str) -> bool:
    """Say whether a class, or a conversation by its id, is on hold."""
    mine = and_(HOLD.c.name == name, HOLD.c.released_at.is_(None))
    return connection.execute(select(HOLD.c.id).where(mine)).first() is not None


def _hold(row: Row) -> Hold:
    return Hold(row.id, row.scope, row.name, row.reason, row.by, row.since, row.released_at)


def _checked(reason: str, by: str) -> tuple[str, str]:
    reason, by = " ".join(reason.split())[:600], " ".join(by.split())[:80]
    if len(reason) < SHORTEST_REASON or not by:
        raise PrivacyStepError("a hold needs a reason of ten characters or more, and a person")
    return reason, by
