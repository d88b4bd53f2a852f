"""Sessions in the database: ended from anywhere. The browser holds a secret, the table only its hash."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.engine import Connection, Row

from bot.staff.tables import STAFF_PERSON, STAFF_SESSION
from bot.store.prepared import Prepared


@dataclass(frozen=True)
class SessionLimits:
    """idle: without a request; absolute: whatever is done. touch: how exactly the last request is known."""

    idle: timedelta = timedelta(minutes=60)
    absolute: timedelta = timedelta(hours=12)
    touch: timedelta = timedelta(minutes=1)


_OF = STAFF_SESSION.c
_SESSION = Prepared(
    select(_OF.id.label("session_id"), _OF.seen_at, _OF.began_at, _OF.browser, STAFF_PERSON)
    .join(STAFF_PERSON, STAFF_PERSON.c.id == _OF.person_id)
    .where(_OF.token_hash == bindparam("the_hash"), _OF.ended_at.is_(None), STAFF_PERSON.c.disabled_at.is_(None))
    .where(_OF.seen_at > bindparam("the_idle"), _OF.began_at > bindparam("the_earliest"))
)
"""Asked for every page and by every open stream."""


def begin_session(connection: Connection, person_id: str, browser: str, now: datetime) -> str:
    """Begin a session with a fresh secret, whatever the browser showed before; return the secret."""
    token = secrets.token_urlsafe(32)
    row = {"id": str(uuid.uuid4()), "token_hash": hash_of(token), "person_id": person_id}
    clean = "".join(char for char in browser if char.isprintable())[:160]
    connection.execute(insert(STAFF_SESSION).values(**row, browser=clean, began_at=now, seen_at=now))
    return token


def find_session(connection: Connection, token: str, limits: SessionLimits, now: datetime) -> Row | None:
    """Return the open session of a secret with its person's row; None where it ended, or its person is disabled."""
    given = {"the_hash": hash_of(token), "the_idle": now - limits.idle, "the_earliest": now - limits.absolute}
    found: Row | None = _SESSION.first(connection, **given)
    return found


def touch(connection: Connection, session_id: str, now: datetime) -> None:
    """Note a request."""
    connection.execute(update(STAFF_SESSION).where(STAFF_SESSION.c.id == session_id).values(seen_at=now))


def open_sessions(connection: Connection, person_id: str, limits: SessionLimits, now: datetime) -> list[Row]:
    """Return the sessions of somebody that are good for a request, the last used first."""
    query = select(STAFF_SESSION).where(
        STAFF_SESSION.c.person_id == person_id,
        STAFF_SESSION.c.ended_at.is_(None),
        STAFF_SESSION.c.seen_at > now - limits.idle,
        STAFF_SESSION.c.began_at > now - limits.absolute,
    )
    return list(connection.execute(query.order_by(STAFF_SESSION.c.seen_at.desc())))


def end_session(connection: Connection, person_id: str, session_id: str, now: datetime) -> bool:
    """End one session of somebody; False where it is not theirs, or has ended."""
    mine = (STAFF_SESSION.c.id == session_id, STAFF_SESSION.c.person_id == person_id)
    ending = update(STAFF_SESSION).where(*mine, STAFF_SESSION.c.ended_at.is_(None)).values(ended_at=now)
    return bool(connection.execute(ending).rowcount)


def end_sessions(connection: Connection, person_id: str, now: datetime, keep: str = "") -> int:
    """End all sessions of somebody but `keep`; return how many."""
    mine = (STAFF_SESSION.c.person_id == person_id, STAFF_SESSION.c.ended_at.is_(None), STAFF_SESSION.c.id != keep)
    return int(connection.execute(update(STAFF_SESSION).where(*mine).values(ended_at=now)).rowcount)


def hash_of(token: str) -> str:
    """What stands for a secret in the table; it has 256 bits, so a plain hash does."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
